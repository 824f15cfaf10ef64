() => document.documentElement.scrollWidth > 320 ? [document.documentElement.scrollWidth,
  [...document.querySelectorAll("main *")].filter((it) => it.getBoundingClientRect().right > 321).slice(0, 3).map((it) => it.outerHTML.slice(0, 120))] : null
