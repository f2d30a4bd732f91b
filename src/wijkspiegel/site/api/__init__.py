"""What machines may read: cities, releases, pieces of the library and meetings. Version 1."""
