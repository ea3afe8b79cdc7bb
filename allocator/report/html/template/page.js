"use strict";
/* Draws every chart over its still picture, and opens or closes all tables at once.
   The chart library is unpacked first; a browser that cannot do so keeps the still pictures. */
(function () {
  keepYearsWhole();
  var packed = document.getElementById("library");
  if (typeof DecompressionStream === "function") {
    var bytes = Uint8Array.from(atob(packed.textContent), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    new Response(stream).text().then(function (text) {
      var library = document.createElement("script");
      library.textContent = text;
      document.head.append(library);
      packed.remove();
      draw();
    }).catch(console.error);
  }
  function draw() {
    var options = { displayModeBar: false, responsive: true, showTips: false };
    document.querySelectorAll("figure.chart").forEach(function (figure) {
      var plots = Array.from(figure.querySelectorAll(".plot"));
      figure.classList.add("live");
      Promise.all(plots.map(function (plot) {
        var drawing = JSON.parse(plot.querySelector("script").textContent);
        var canvas = plot.querySelector(".canvas");
        if (drawing.layout.showlegend && canvas.clientWidth < 560) {
          /* A narrow page stacks the legend: room for it comes on top. */
          canvas.style.height = canvas.clientHeight + 19 * drawing.data.length + "px";
        }
        return Plotly.newPlot(canvas, drawing.data, drawing.layout, options);
      })).then(function () {
        figure.dataset.drawn = String(plots.length);
      }, function (error) {
        figure.classList.remove("live");
        console.error(error);
      });
    });
  }
  function keepYearsWhole() {
    /* A browser may break 2026-27 at its hyphen: in running text it stands in one piece. */
    var within = "h1, h2, h3, h4, p, dt, dd, caption, summary, td, th.name";
    var texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
      if (/\d{4}-\d\d/.test(texts.currentNode.data) && texts.currentNode.parentElement.closest(within)) {
        found.push(texts.currentNode);
      }
    }
    found.forEach(function (text) {
      var pieces = text.data.split(/\b(\d{4}-\d\d)\b/).map(function (piece, n) {
        if (n % 2 === 0) { return piece; }
        var year = document.createElement("span");
        year.className = "year";
        year.textContent = piece;
        return year;
      });
      text.replaceWith.apply(text, pieces);
    });
  }
  var button = document.getElementById("unfold");
  button.parentElement.hidden = false;
  button.addEventListener("click", function () {
    var open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    document.querySelectorAll("details.figures").forEach(function (each) { each.open = open; });
  });
})();
