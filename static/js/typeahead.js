// Type-ahead: arrows walk through what was found, Escape returns to the field and empties it.
(function () {
  "use strict";
  // After something was put into the bag or taken out, the new total is where one stands.
  document.addEventListener("htmx:afterSettle", function (event) {
    var total = document.getElementById("worth-total");
    if (total && event.target.contains(total) && document.activeElement === document.body) total.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", function (event) {
    var area = event.target.closest("[data-typeahead]");
    if (!area) return;
    var field = area.querySelector("input");
    var links = Array.prototype.slice.call(area.querySelectorAll("[data-found] a, [data-found] button, [data-found] input[type=radio]"));
    var at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && links.length) {
      event.preventDefault();
      links[Math.min(at + 1, links.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (at === 0 ? field : links[at - 1]).focus();
    } else if (event.key === "Escape" && field) {
      event.preventDefault();
      field.value = "";
      field.focus();
      var found = area.querySelector("[data-found]");
      if (found) found.replaceChildren();
    }
  });
})();
