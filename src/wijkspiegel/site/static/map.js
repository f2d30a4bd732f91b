// The map of the home page, so that it can be moved and clicked. Without a script the drawn map stays.
"use strict";
const drawn = document.querySelector("[data-map]");
if (drawn && window.L) {
  fetch(drawn.dataset.map).then((answer) => answer.json()).then((cities) => {
    const place = document.createElement("div");
    place.className = "moving";
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", drawn.dataset.label);
    drawn.replaceWith(place);
    const map = L.map(place, { attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
    const layer = L.geoJSON(cities, {
      style: (city) => ({ className: `city s${city.properties.shade ?? "none"}`, weight: 0.7, fillOpacity: 1, color: "#fff" }),
      onEachFeature: (city, shape) => {
        if (!city.properties.href) return;
        const label = document.createElement("span");
        label.textContent = `${city.properties.name}: ${city.properties.told}`;
        shape.bindTooltip(label);
        shape.on("click", () => { window.location.href = city.properties.href; });
      },
    }).addTo(map);
    map.fitBounds(layer.getBounds());
  });
}
