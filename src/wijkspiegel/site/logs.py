"""What the site logs: never the key that an address holds."""

import logging
import re

KEYS = re.compile(r"(/(?:registration|invitation|confirm-email|password/reset/key)/)[^/\s\"'?]+")


class WithoutKeys(logging.Filter):
    """Whoever reads a log cannot use the links that were sent to people."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = KEYS.sub(r"\1…", record.getMessage()), ()
        return True
