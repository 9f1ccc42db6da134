"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const tools = one("#tools"), list = one("#list"), shown = one("#shown");
  const groups = all(".g").map((element, at) => ({
    element, at, control: element.dataset.c, severity: element.dataset.s, rows: one(".rows", element),
    failed: Number(one(".counts > span", element).firstChild.data.replaceAll(",", "")),
  }));
  const rows = groups.flatMap((group) => all(".r", group.element).map((element, at) => {
    const cells = (element.open === undefined ? element : element.firstElementChild).children;
    return {
      element, at, group, outcome: element.classList[1], since: element.classList[2] || "",
      account: cells[1].firstChild.data.trim(), name: cells[1].textContent.trim(), region: cells[2].textContent,
      resource: cells[3].textContent,
      get text() {
        const text = `${group.control} ${one("h3", group.element).textContent} ${element.textContent}`.toLowerCase();
        Object.defineProperty(this, "text", { value: text });
        return text;
      },
    };
  }));
  const opened = new Set();

  const fill = (name, pairs) => {
    const select = tools.elements[name];
    [...new Map(pairs)].sort((a, b) => (a[0] < b[0] ? -1 : 1)).forEach(([value, label]) => {
      select.add(new Option(label, value));
    });
  };
  const chosen = (name) => (tools.elements[name] ? tools.elements[name].value : "");

  const apply = () => {
    const words = chosen("q").toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = new Set(all("[name=outcome]:checked", tools).map((box) => box.value));
    const [severity, account, region, control, since] =
      ["severity", "account", "region", "control", "since"].map(chosen);
    const found = new Set();
    let count = 0;
    for (const row of rows) {
      const fits = (outcomes.has(row.outcome) || (since && row.since === since))
        && (!severity || row.group.severity === severity) && (!account || row.account === account)
        && (!region || row.region === region) && (!control || row.group.control === control)
        && (!since || row.since === since) && words.every((word) => row.text.includes(word));
      row.element.hidden = !fits;
      if (fits) { count += 1; found.add(row.group); }
    }
    const narrowed = words.length || account || region || control || since;
    for (const group of groups) {
      group.element.hidden = !found.has(group);
      if (narrowed && count <= 100 && found.has(group) && !group.element.open) {
        group.element.open = true;
        opened.add(group);
      } else if (!narrowed && opened.delete(group)) {
        group.element.open = false;
      }
    }
    shown.value = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} findings`;
  };

  const by = (key) => (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.at - b.at);
  const sort = () => {
    const wanted = chosen("sort");
    const ofGroups = { most: (a, b) => b.failed - a.failed || a.at - b.at, control: by("control") }[wanted] || by("at");
    list.append(...[...groups].sort(ofGroups).map((group) => group.element));
    const ofRows = ["account", "region", "resource"].includes(wanted) ? by(wanted) : by("at");
    for (const group of groups) {
      const own = rows.filter((row) => row.group === group).sort(ofRows);
      group.rows.prepend(...own.map((row) => row.element));
    }
  };

  const follow = () => {
    const whole = /^#([0-9a-f]{16})[0-9a-f]{48}$/.exec(location.hash);
    if (whole) { location.replace(`#f${whole[1]}`); return; }
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden || (target.closest(".g") || target).hidden) {
      tools.reset();
      for (const box of all("[name=outcome]", tools)) box.checked = true;
      apply();
    }
    for (let at = target; at; at = at.parentElement) if (at.open === false) at.open = true;
    if (target.closest(".g")) target.scrollIntoView({ block: target.matches(".g") ? "start" : "center" });
  };

  const look = (choice) => {
    tools.reset();
    for (const box of all("[name=outcome]", tools)) box.checked = true;
    for (const [name, value] of Object.entries(choice)) if (tools.elements[name]) tools.elements[name].value = value;
    apply();
    one("#findings").scrollIntoView();
  };

  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };
  const offer = (within) => {
    for (const code of all("code.c", within)) {
      if (code.nextElementSibling?.className === "copy") continue;
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "copy", textContent: "Copy" });
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", () => copy(button, code.textContent));
      code.after(button);
    }
  };

  fill("account", rows.map((row) => [row.account, row.name]));
  fill("region", rows.map((row) => [row.region, row.region]));
  fill("control", groups.map((group) => [group.control, group.control]));
  offer(one(".scan"));
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".r[open]")) offer(event.target);
  }, true);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("input", (event) => (event.target.name === "sort" ? sort() : apply()));
  tools.addEventListener("reset", () => setTimeout(() => { sort(); apply(); }));
  one("#unfold").addEventListener("click", (event) => {
    const open = groups.some((group) => !group.element.hidden && !group.element.open);
    for (const group of groups) if (!group.element.hidden) group.element.open = open;
    event.target.textContent = open ? "Close all" : "Open all";
  });
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => { for (const group of groups) group.element.open = true; });

  const grid = one("#cells");
  if (grid) {
    const controls = all("[data-c]", grid).map((link) => link.dataset.c);
    const place = chosenPlace(grid);
    grid.addEventListener("click", (event) => {
      const link = event.target.closest("[data-p]");
      const cell = event.target.closest("td[class]:not(.num)");
      if (link) {
        event.preventDefault();
        look({ [place]: link.dataset.p });
      } else if (cell) {
        look({ [place]: one("[data-p]", cell.parentElement).dataset.p, control: controls[cell.cellIndex - 3] });
      }
    });
    grid.addEventListener("mouseover", (event) => {
      const cell = event.target.closest("td[class]:not(.num)");
      if (cell && !cell.title) {
        const where = one("th", cell.parentElement).textContent;
        cell.title = `${where}\n${controls[cell.cellIndex - 3]}\n${cell.textContent}`;
      }
    });
  }

  tools.hidden = false;
  apply();
  follow();

  function chosenPlace(table) {
    return one("thead th[scope=col]", table).textContent === "Account" ? "account" : "region";
  }
})();
