"use strict";
// Language and place are in the address: #indicators.value?lang=sv. Nothing is stored, nothing is fetched.
const languages = ["fi", "sv", "en"];
const root = document.documentElement;
const query = document.getElementById("query");
const found = document.getElementById("found");
const items = [...document.querySelectorAll("[data-find]")];

const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

// What is searched in an item: its own codes and texts in each language, not those of the items inside it.
const own = (item, language) => [...item.querySelectorAll("[data-text]")]
  .filter((text) => text.closest("[data-find]") === item)
  .flatMap((text) => [...text.querySelectorAll(`code, [lang="${language}"]`)])
  .map((text) => text.textContent);
const texts = Object.fromEntries(languages.map((language) => [
  language, new Map(items.map((item) => [item, plain([item.id, ...own(item, language)].join(" "))])),
]));

const said = (id) => {
  const spans = document.getElementById(id).content.querySelectorAll("span");
  return [...spans].find((span) => span.lang === root.lang).textContent;
};

const address = () => {
  const [place, rest = ""] = location.hash.slice(1).split("?");
  return { place: decodeURIComponent(place), language: new URLSearchParams(rest).get("lang") ?? new URLSearchParams(location.search).get("lang") };
};

const speak = (language) => {
  root.lang = language;
  document.title = said("said-title");
  for (const button of document.querySelectorAll(".choose")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  search();
};

const matches = (words, language) =>
  new Set(items.filter((item) => words.every((word) => texts[language].get(item).includes(word))));

// Texts of the language that is shown go first; where they have nothing, those of the other two are looked in.
const hitsOf = (words) => [root.lang, ...languages].map((language) => matches(words, language)).find((hits) => hits.size) ?? new Set();

const search = () => {
  const words = plain(query.value).split(/\s+/).filter(Boolean);
  const hits = hitsOf(words);
  for (const part of document.querySelectorAll(".part")) {
    const inner = [...part.querySelectorAll("[data-find]")];
    const some = inner.some((item) => hits.has(item));
    for (const item of inner) item.hidden = words.length > 0 && (some || !hits.has(part)) && !hits.has(item);
    part.hidden = words.length > 0 && !some && !hits.has(part);
    document.querySelector(`nav a[href="#${part.id}"]`).parentElement.hidden = part.hidden;
  }
  root.classList.toggle("searching", words.length > 0);
  const number = hits.size;
  found.textContent = !words.length ? "" : number ? said("said-found").replace("{number}", number) : said("said-none");
};

const show = () => {
  const { place, language } = address();
  if (languages.includes(language) && language !== root.lang) speak(language);
  for (const before of document.querySelectorAll(".shown")) before.classList.remove("shown");
  const target = place && document.getElementById(place);
  if (!target) return;
  if (target.hidden || target.closest("[hidden]")) { query.value = ""; search(); }
  if (target.matches(".item, .part")) target.classList.add("shown");
  target.scrollIntoView({ block: "start" });
  target.focus({ preventScroll: true });
};

const go = (place, language) => {
  const hash = `#${encodeURIComponent(place)}?lang=${language}`;
  if (location.hash === hash) show(); else location.hash = hash;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".choose");
  if (button) go(address().place, button.dataset.language);
  const link = event.target.closest("a[href^='#']");
  if (link) { event.preventDefault(); go(decodeURIComponent(link.hash.slice(1)), root.lang); }
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); query.focus(); }
  if (event.key === "Escape" && typing) { query.value = ""; search(); }
});
query.addEventListener("input", search);
window.addEventListener("hashchange", show);
speak(root.lang);
show();
