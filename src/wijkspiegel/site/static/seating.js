// Tables by hand: a name is dragged to a table or onto another name, or carried there with the keyboard. What it costs
// is asked of the server first, and nothing changes before that is accepted. Without a script the form does the same.
"use strict";
const rounds = document.querySelector("#rounds");
const asking = document.querySelector("#try");
const dialog = document.querySelector("#weighed");
const said = document.querySelector("#told");
let carried = null;

const say = (words, names = {}) => {
  said.textContent = words.replace(/\{(\w+)\}/g, (_, name) => names[name] ?? "");
};

const nameOf = (person) => person.querySelector("button").textContent;
const roundOf = (place) => place.closest("[data-round]").dataset.round;
const tableOf = (place) => place.closest("[data-table]").dataset.table;

// A place is where a name can go: a table of the same round, or somebody at another table of it.
const placesFor = (person) => {
  const own = tableOf(person);
  const tables = [...person.closest("[data-round]").querySelectorAll("[data-table]")];
  return tables.filter((table) => table.dataset.table !== own).map((table) => [table, ...table.querySelectorAll("[data-person]")]);
};

const fits = (place) =>
  carried !== null && roundOf(place) === roundOf(carried.person) && tableOf(place) !== tableOf(carried.person);

const changeTo = (person, place) => ({
  person: person.dataset.person,
  round: roundOf(person),
  table: place.dataset.person ? "" : place.dataset.table,
  other: place.dataset.person ?? "",
});

const showAim = (place) => {
  rounds.querySelectorAll(".aim").forEach((one) => one.classList.remove("aim"));
  if (!place) return;
  place.classList.add("aim");
  place.scrollIntoView({ block: "nearest" });
};

const putDown = () => {
  if (carried) carried.person.classList.remove("carried");
  carried = null;
  showAim(null);
};

// Asking what it costs ------------------------------------------------------------------------------------------------

const ask = async (person, place) => {
  const change = changeTo(person, place);
  const form = new FormData(asking);
  Object.entries(change).forEach(([name, value]) => form.set(name, value));
  let answer;
  try {
    const response = await fetch(asking.action, { method: "POST", body: form, headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch {
    answer = { faults: [rounds.dataset.failed] };
  }
  weigh(change, answer, person);
};

const fill = (list, sentences) => {
  list.replaceChildren(...sentences.map((sentence) => {
    const item = document.createElement("li");
    item.textContent = sentence;
    return item;
  }));
};

const weigh = (change, { sentences = [], breaks = [], faults = [] }, person) => {
  fill(dialog.querySelector(".sentences"), [...faults, ...sentences]);
  fill(dialog.querySelector(".breaks"), breaks);
  dialog.querySelector(".errors").hidden = !breaks.length;
  dialog.querySelector(".sure").hidden = !breaks.length;
  const sure = dialog.querySelector("[name=sure]");
  sure.required = breaks.length > 0;
  sure.checked = false;
  dialog.querySelector(".do").hidden = faults.length > 0;
  Object.entries(change).forEach(([name, value]) => { dialog.querySelector(`[name=${name}]`).value = value; });
  dialog.addEventListener("close", () => { say(rounds.dataset.back); person.querySelector("button").focus(); }, { once: true });
  dialog.showModal();
};

dialog.querySelector(".back").addEventListener("click", () => dialog.close());

// With a keyboard -----------------------------------------------------------------------------------------------------

const takeUp = (person) => {
  carried = { person, places: placesFor(person), table: -1, at: 0 };
  person.classList.add("carried");
  say(rounds.dataset.carried, { name: nameOf(person) });
};

const aimed = () => carried.places[carried.table]?.[carried.at];

const aim = (tables, people) => {
  const { places } = carried;
  if (!places.length) return;
  if (tables) {
    carried.table = (Math.max(carried.table, tables > 0 ? -1 : 0) + tables + places.length) % places.length;
    carried.at = 0;
  } else {
    carried.table = Math.max(carried.table, 0);
    const here = places[carried.table].length;
    carried.at = (carried.at + people + here) % here;
  }
  const place = aimed();
  showAim(place);
  const words = place.dataset.person ? rounds.dataset.swap : rounds.dataset.table;
  say(words, { table: tableOf(place), name: place.dataset.person ? nameOf(place) : "" });
};

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

rounds.addEventListener("keydown", (event) => {
  if (!carried) return;
  if (event.key in STEPS) {
    event.preventDefault();
    aim(...STEPS[event.key]);
  } else if (event.key === "Escape" || event.key === "Tab") {
    say(rounds.dataset.back);
    putDown();
  }
});

// A name that is pressed is taken up, or changes places with the one that is carried. With the keyboard the arrow keys
// say where to; a mouse or finger points at it, wherever the arrow keys were.
const press = (person, pointed) => {
  const mover = carried?.person;
  const place = carried && ((pointed ? null : aimed()) ?? (fits(person) ? person : null));
  putDown();
  if (place) ask(mover, place);
  else if (mover !== person) takeUp(person);
  else say(rounds.dataset.back);
};

// With a mouse or a finger --------------------------------------------------------------------------------------------

const placeUnder = (event) => {
  const place = event.target.closest("[data-person], [data-table]");
  return place && fits(place) ? place : null;
};

rounds.addEventListener("click", (event) => {
  const place = placeUnder(event);
  if (!place || event.target.closest("button, summary")) return;
  const mover = carried.person;
  putDown();
  ask(mover, place);
});

rounds.addEventListener("dragstart", (event) => {
  const person = event.target.closest("[data-person]");
  if (!person) return;
  putDown();
  takeUp(person);
  event.dataTransfer.setData("text/plain", nameOf(person));
  event.dataTransfer.effectAllowed = "move";
});
rounds.addEventListener("dragover", (event) => {
  const place = placeUnder(event);
  showAim(place);
  if (place) event.preventDefault();
});
rounds.addEventListener("drop", (event) => {
  const place = placeUnder(event);
  const mover = carried?.person;
  if (!place) return;
  event.preventDefault();
  putDown();
  ask(mover, place);
});
rounds.addEventListener("dragend", putDown);

// Names become buttons only where there is a script -------------------------------------------------------------------

rounds.querySelectorAll("[data-person]").forEach((person) => {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...person.childNodes);
  person.append(button);
  person.draggable = true;
  button.addEventListener("click", (event) => press(person, event.detail > 0));
});
document.querySelectorAll(".scripted").forEach((hint) => { hint.hidden = false; });
window.addEventListener("load", () => { // after the browser itself went to the name
  if (window.location.hash.startsWith("#at-")) document.querySelector(`${window.location.hash} button`)?.focus();
  document.querySelector("#errors")?.scrollIntoView(); // names as buttons are higher, and moved it
});
