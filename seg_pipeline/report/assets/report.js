"use strict";
// What the report does beyond being read: figures of a picture where it is pointed at, choice among drawings, files to
// save, rows that an address names, and search. Nothing is fetched, kept or sent. Every page can be read without it.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const made = (name, properties = {}, ...inside) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
};
const words = document.getElementById("words").dataset; // what the script says, in the language of the page
const languages = ["fi", "sv", "en"];
const language = document.documentElement.lang;
const cleaned = (element) => element.textContent.replace(/\s+/g, " ").trim();

// The row that the address names: open what holds it, mark it, and take the address along to the other languages.

function decoded(hash) {
  try { return decodeURIComponent(hash); } catch { return hash; } // an address that was cut short names nothing
}

function arrive() {
  const id = decoded(location.hash.slice(1));
  const there = id && document.getElementById(id);
  for (const link of all(".languages a")) link.href = link.href.replace(/[?#].*|$/, location.search + location.hash);
  for (const row of all("tr.marked")) row.classList.remove("marked");
  if (!there) return;
  for (let at = there; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (there.tagName !== "TR") return;
  there.classList.add("marked");
  there.tabIndex = -1;
  there.focus({preventScroll: true});
  there.scrollIntoView({block: "center"});
}

// Choice among the drawings of a picture.

function chosen(picture) {
  const choice = picture.querySelector(".choose :checked");
  const drawings = all(".drawing", picture);
  return choice ? drawings.find((drawing) => drawing.dataset.choice === choice.value) : drawings[0];
}

function offerChoice(picture) {
  const choose = picture.querySelector(".choose");
  if (!choose) return;
  const show = () => {
    const shown = chosen(picture);
    for (const drawing of all(".drawing", picture)) drawing.hidden = drawing !== shown;
  };
  for (const label of all(".drawing > .of", picture)) label.hidden = true;
  choose.hidden = false;
  choose.addEventListener("change", show);
  show();
}

// The figures of a mark: the row of the table that its data-row names.

function told(row) {
  const head = all("thead th", row.closest("table")).map(cleaned);
  const [name, ...cells] = [...row.cells].map(cleaned);
  const list = made("dl");
  cells.forEach((cell, at) => list.append(made("dt", {textContent: head[at + 1]}), made("dd", {textContent: cell})));
  return [made("p", {textContent: name}), list, made("a", {href: `#${row.id}`, textContent: words.row})];
}

function offerFigures(drawing) {
  const rowOf = (mark) => document.getElementById(mark.dataset.row);
  const marks = all("[data-row]", drawing).filter(rowOf);
  if (!marks.length) return;
  const steps = marks.filter((mark, at) => marks.findIndex((one) => one.dataset.row === mark.dataset.row) === at);
  const tip = made("div", {className: "tip", hidden: true});
  const spoken = made("div", {className: "unseen"});
  spoken.setAttribute("role", "status");
  drawing.append(tip, spoken);
  const drawn = drawing.querySelector(".drawn");
  drawn.setAttribute("aria-describedby", "explore");
  let [at, held] = [-1, false]; // the step shown; whether a click holds it until Escape or a click beside it

  const close = () => {
    tip.hidden = true;
    held = false;
    spoken.textContent = "";
    for (const mark of marks) mark.classList.remove("at");
  };
  const show = (mark) => {
    const row = rowOf(mark);
    for (const one of marks) one.classList.toggle("at", one.dataset.row === mark.dataset.row);
    at = steps.findIndex((one) => one.dataset.row === mark.dataset.row);
    tip.replaceChildren(...told(row));
    tip.hidden = false;
    place(tip, mark.getBoundingClientRect(), drawing.getBoundingClientRect());
  };
  const nearest = (event) => event.target.closest("[data-row]") ?? near(marks, event.clientX, event.clientY);

  drawing.addEventListener("pointermove", (event) => {
    if (held || event.pointerType === "touch" || tip.contains(event.target)) return;
    const mark = nearest(event);
    if (mark && rowOf(mark)) show(mark);
  });
  drawing.addEventListener("pointerleave", (event) => held || event.pointerType === "touch" || close());
  drawing.addEventListener("click", (event) => {
    if (tip.contains(event.target)) return;
    const mark = nearest(event);
    if (mark && rowOf(mark)) show(mark);
    else close();
    held = !tip.hidden;
  });
  drawing.addEventListener("focusout", (event) => drawing.contains(event.relatedTarget) || close());
  drawn.addEventListener("keydown", (event) => {
    const moves = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};
    if (event.key in moves) at = at < 0 ? 0 : (at + moves[event.key] + steps.length) % steps.length;
    else if (event.key === "Home") at = 0;
    else if (event.key === "End") at = steps.length - 1;
    else {
      if (event.key === "Enter" && !tip.hidden) location.hash = steps[at].dataset.row;
      return;
    }
    event.preventDefault();
    steps[at].scrollIntoView({block: "nearest", inline: "nearest"});
    show(steps[at]);
    spoken.textContent = [...rowOf(steps[at]).cells].map(cleaned).join("; ");
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
}

function near(marks, x, y) {
  const reach = 28; // pixels: as far as a mark can be meant
  const off = (low, high, value) => Math.max(low - value, 0, value - high);
  let [best, least] = [null, reach];
  for (const mark of marks) {
    const box = mark.getBoundingClientRect();
    const far = Math.hypot(off(box.left, box.right, x), off(box.top, box.bottom, y));
    if (far < least) [best, least] = [mark, far];
  }
  return best;
}

// Beside the mark where there is room, else above or below it; never beyond the drawing's sides.
function place(tip, mark, drawing) {
  const gap = 10;
  const [right, left] = [mark.right + gap, mark.left - gap - tip.offsetWidth];
  const beside = right + tip.offsetWidth <= drawing.right ? right : left >= drawing.left ? left : null;
  const middle = mark.left + mark.width / 2 - tip.offsetWidth / 2;
  const most = drawing.right - tip.offsetWidth;
  const above = mark.top - gap - tip.offsetHeight;
  const level = Math.max(0, Math.min(mark.top - gap, innerHeight - tip.offsetHeight));
  tip.style.left = `${(beside ?? Math.max(drawing.left, Math.min(middle, most))) - drawing.left}px`;
  tip.style.top = `${(beside !== null ? level : above >= 0 ? above : mark.bottom + gap) - drawing.top}px`;
}

// Files to save: the drawing as SVG and PNG, its table as CSV.

function drawingFile(picture) {
  const svg = chosen(picture).querySelector("svg").cloneNode(true);
  const [, , width, height] = svg.getAttribute("viewBox").split(/[ ,]+/).map(Number);
  const named = (name, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    element.textContent = text;
    return element;
  };
  for (const old of all(":scope > title, :scope > desc", svg)) old.remove();
  for (const mark of all(".at", svg)) mark.classList.remove("at");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.setAttribute("lang", language);
  svg.setAttribute("role", "img");
  svg.removeAttribute("aria-hidden");
  const known = all(".finding, .made-up-picture, .source", picture).map(cleaned);
  svg.prepend(named("title", title(picture)), named("desc", known.join("\n")));
  return {text: new XMLSerializer().serializeToString(svg), width, height};
}

function title(picture) {
  const heading = picture.querySelector("h3").cloneNode(true);
  for (const link of all(".permalink", heading)) link.remove();
  return cleaned(heading);
}

async function pngFile(picture) {
  const twice = 2; // pixels to a unit, so that it is sharp on paper
  const {text, width, height} = drawingFile(picture);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = made("canvas", {width: width * twice, height: height * twice});
  const brush = canvas.getContext("2d");
  brush.fillStyle = "white";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function tableFile(picture) {
  const table = picture.querySelector("table");
  const rows = [...table.tBodies[0].rows];
  const wide = all("thead th", table).map((_, at) => Math.max(1, ...rows.map((row) => machine(row.cells[at]).length)));
  const head = all("thead th", table).flatMap((cell, at) =>
    wide[at] === 1 ? [cleaned(cell)] : Array.from({length: wide[at]}, (_, part) => `${cleaned(cell)} (${part + 1})`));
  const notice = picture.querySelector(".made-up-picture");
  const about = [
    [words.source, cleaned(picture.querySelector(".source"))],
    [words.version, document.body.dataset.version],
    ...(notice ? [[words.notice, cleaned(notice)]] : []),
  ];
  const lines = rows.map((row) => [...row.cells].flatMap((cell, at) => {
    const parts = machine(cell);
    return [...parts, ...Array(wide[at] - parts.length).fill("")];
  }).concat(about.map(([, text]) => safe(text))));
  lines.unshift(head.concat(about.map(([name]) => name)).map(safe));
  return `\ufeff${lines.map((line) => line.map(quoted).join(",")).join("\r\n")}\r\n`;
}

// A cell as machines read it: its figures if it holds nothing else, such as an interval; else its words.
function machine(cell) {
  const figures = all("data, time", cell);
  const rest = figures.reduce((text, figure) => text.replace(figure.textContent, ""), cell.textContent);
  if (!figures.length || /[\p{L}\p{N}]/u.test(rest)) return [safe(cleaned(cell))];
  return figures.map((figure) => {
    const value = figure.value || figure.dateTime || figure.getAttribute("value");
    return ["code", "text"].includes(figure.dataset.kind) ? safe(value) : value;
  });
}

const safe = (text) => (/^[=+\-@\t\r\n']/.test(text) ? `'${text}` : text); // no text is a formula to a spreadsheet
const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const FILES = {
  svg: (picture) => new Blob([drawingFile(picture).text], {type: "image/svg+xml"}),
  png: pngFile,
  csv: (picture) => new Blob([tableFile(picture)], {type: "text/csv;charset=utf-8"}),
};

function offerFiles(picture) {
  const save = picture.querySelector(".save");
  if (!save) return;
  save.hidden = false;
  save.addEventListener("click", async (event) => {
    const kind = event.target.dataset?.as;
    if (!kind) return;
    const {page, version} = document.body.dataset;
    const choice = kind === "csv" ? "" : chosen(picture).dataset.choice;
    const parts = [page === "index" ? "" : page, save.dataset.name, choice, version, language];
    const href = URL.createObjectURL(await FILES[kind](picture));
    made("a", {href, download: `${parts.filter(Boolean).join("-")}.${kind}`}).click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
  });
}

// Search: entries of the page itself. A plain letter also finds its accented kin; å, ä and ö find only themselves.

const KIN = {a: "aàáâãäåá", c: "cç", d: "dđ", e: "eéèêë", i: "iíìî", n: "nñŋ", o: "oòóôõöø", s: "sš", t: "tŧ", u: "uúùûü", z: "zž"};
const pattern = (word) => [...word].map((letter) =>
  letter in KIN ? `[${KIN[letter]}]` : letter.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("");

const BESIDE = 3.6; // the rank of a word that is not in the name but beside it: a code, a city, an explanation

function finder(word) {
  const sought = pattern(word);
  const ranks = [`^${sought}$`, `^${sought}`, `(?<![\\p{L}\\p{N}])${sought}`, sought].map((one) => new RegExp(one, "u"));
  return (text) => ranks.findIndex((rank) => rank.test(text));
}

// How well an entry answers all words, smaller is better: the best rank of each word, in a name or in what is beside it.
function answer(entry, finders) {
  let [sum, said] = [0, entry.names[language]];
  for (const find of finders) {
    let best = Infinity;
    for (const other of [language, ...languages]) {
      const rank = find(entry.low[other]);
      const own = rank < 0 ? Infinity : rank + (other === language ? 0 : 0.5);
      if (own < best) [best, said] = [own, entry.names[other]];
    }
    if (find(entry.beside) >= 0) best = Math.min(best, BESIDE);
    sum += best;
  }
  return {entry, sum, said};
}

function seek(entries, asked) {
  const finders = asked.toLowerCase().normalize("NFC").split(/\s+/).filter(Boolean).map(finder);
  if (!finders.length) return [];
  return entries.map((entry) => answer(entry, finders)).filter((one) => one.sum < Infinity)
    .sort((a, b) => a.sum - b.sum || a.entry.kind - b.entry.kind
      || a.entry.names[language].localeCompare(b.entry.names[language], language));
}

function shownAnswer({entry, said}, kinds) {
  const item = made("li", {}, made("a", {href: entry.to, textContent: entry.names[language]}));
  if (said !== entry.names[language]) {
    const other = languages.find((one) => entry.names[one] === said);
    item.append(" – ", made("span", {lang: other, textContent: said}));
  }
  item.append(made("span", {className: "kind", textContent: [kinds[entry.kind], ...entry.about].join(", ")}));
  if (entry.more) item.append(made("p", {className: "more", textContent: entry.more}));
  return item;
}

function unpacked([kind, to, name, more, code, city]) {
  const each = (said) => Object.fromEntries(languages.map((one, at) => [one, Array.isArray(said) ? said[at] : said || ""]));
  const [names, mores, cities] = [name, more, city].map(each);
  const low = each(languages.map((one) => names[one].toLowerCase()));
  const beside = [code, ...Object.values(cities), ...Object.values(mores)].join(" ").toLowerCase();
  return {kind, to, names, low, beside, about: [code, cities[language]].filter(Boolean), more: mores[language]};
}

function offerSearch(form) {
  const {kinds, entries: packed} = JSON.parse(document.getElementById("entries").textContent);
  const entries = packed.map(unpacked);
  const most = 60;
  form.hidden = false;
  const [input, list, count, nothing] = ["q", "found", "count", "nothing"].map((id) => document.getElementById(id));
  const answerNow = () => {
    const found = seek(entries, input.value);
    list.replaceChildren(...found.slice(0, most).map((one) => shownAnswer(one, kinds[language])));
    count.textContent = input.value.trim() ? `${words.hits}: ${found.length}` : "";
    nothing.hidden = !input.value.trim() || found.length > 0;
    const asked = input.value.trim() ? `?${new URLSearchParams({q: input.value.trim()})}` : location.pathname;
    history.replaceState(null, "", asked);
    arrive();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.focus();
  });
  input.addEventListener("input", answerNow);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") list.querySelector("a")?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const links = all("a", list);
    const to = links.indexOf(event.target) + ({ArrowDown: 1, ArrowUp: -1}[event.key] ?? 0);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    (links[to] ?? (to < 0 ? input : links.at(-1))).focus();
  });
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  answerNow();
  if (!input.value) input.focus();
}

for (const picture of all(".picture")) {
  offerChoice(picture);
  all(".drawing", picture).forEach(offerFigures);
  offerFiles(picture);
}
const form = document.querySelector("form.seek");
if (form) offerSearch(form);
addEventListener("hashchange", arrive);
arrive();
