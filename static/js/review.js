// The review desk: a chosen reply is put into the note; A, R and Q decide while the focus is in the decision's box,
// or on the whole page where the clerk switched that on. Never while something is written or chosen from a list.
(function () {
  "use strict";
  var form = document.querySelector("[data-review]");
  if (!form) return;
  var ANYWHERE = "review-keys-anywhere";
  var reply = form.querySelector("select[name=reply]");
  var note = form.querySelector("textarea[name=note]");
  var anywhere = form.querySelector("[data-review-anywhere]");
  var put = "";

  function remembered() {
    try { return localStorage.getItem(ANYWHERE) === "1"; } catch (_error) { return false; }
  }
  form.querySelectorAll("kbd").forEach(function (key) { key.hidden = false; });
  if (anywhere) {
    anywhere.checked = remembered();
    anywhere.closest("label").hidden = false;
    anywhere.addEventListener("change", function () {
      try { localStorage.setItem(ANYWHERE, anywhere.checked ? "1" : "0"); } catch (_error) { /* for this page only */ }
    });
  }
  if (reply && note) reply.addEventListener("change", function () {
    var text = reply.selectedOptions[0].dataset.text || "";
    // What the clerk has written stays; what another reply put there is replaced.
    if (note.value.trim() && note.value !== put) return;
    note.value = put = text;
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    var at = event.target;
    if (at.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if (!form.contains(at) && !(anywhere && anywhere.checked)) return;
    var button = form.querySelector("[data-key='" + event.key.toLowerCase() + "']");
    if (!button) return;
    event.preventDefault();
    // Words come first where the member has to be written to.
    if (button.value !== "accept" && note && !note.value.trim()) reply.focus();
    else button.click();
  });
})();
