import assert from "node:assert/strict";
import { stackSubplots, themeFigure } from "./plot-theme.js";

const colors = { ink: "#111", soft: "#555", rule: "#ddd", paper: "#fff", font: "sans" };

describe("图的主题", () => {
  const figure = {
    data: [{ x: [1, 2], line: { color: "#D1495B" }, marker: { color: "#123456" } }],
    layout: {
      width: 900,
      template: "plotly",
      yaxis: { range: [0, 3] },
      yaxis2: { overlaying: "y" },
      title: { text: "题" },
    },
  };

  it("去掉写死的宽度与底色，保留范围，每个坐标轴都上色", () => {
    const { layout } = themeFigure(figure, false, colors, false) as { layout: any };
    assert.equal(layout.width, undefined);
    assert.equal(layout.template, undefined);
    assert.deepEqual(layout.yaxis.range, [0, 3]);
    for (const axis of ["xaxis", "yaxis", "yaxis2"]) assert.equal(layout[axis].gridcolor, "#ddd");
    assert.equal(layout.yaxis2.overlaying, "y");
    assert.equal(layout.paper_bgcolor, "rgba(0,0,0,0)");
  });

  it("暗色下只换意义色，不动原对象", () => {
    const [trace] = themeFigure(figure, true, colors, false).data as any[];
    assert.notEqual(trace.line.color, "#D1495B");
    assert.equal(trace.marker.color, "#123456");
    assert.equal(figure.data[0]!.line.color, "#D1495B");
  });

  it("滑块与按钮跟着主题，作者写明的不动；动画帧保留", () => {
    const control = {
      data: [],
      layout: { sliders: [{ active: 1 }], updatemenus: [{ bgcolor: "red" }] },
      frames: [{ name: "a" }],
    };
    const { layout, frames } = themeFigure(control, true, colors, false) as { layout: any; frames: unknown };
    assert.equal(layout.sliders[0].font.color, "#111");
    assert.equal(layout.sliders[0].active, 1);
    assert.equal(layout.updatemenus[0].bgcolor, "red");
    assert.deepEqual(frames, [{ name: "a" }]);
  });

  it("窄屏把图例放到上面，关掉拖选，好让手指滚动页面", () => {
    const { layout, config } = themeFigure(figure, false, colors, true) as { layout: any; config: any };
    assert.equal(layout.legend.orientation, "h");
    assert.equal(layout.dragmode, false);
    assert.equal(config.displayModeBar, false);
  });

  it("窄屏上左右并排的子图改成上下叠放，互不重叠", () => {
    const layout = {
      height: 400,
      xaxis: { domain: [0, 0.45] },
      xaxis2: { domain: [0.55, 1] },
      yaxis2: { anchor: "x2" },
    };
    const stacked = stackSubplots(layout) as any;
    assert.deepEqual(
      [stacked.xaxis.domain, stacked.xaxis2.domain],
      [
        [0, 1],
        [0, 1],
      ],
    );
    assert.ok(stacked.yaxis.domain[0] > stacked.yaxis2.domain[1]);
    assert.ok(stacked.yaxis2.domain[0] >= 0 && stacked.yaxis.domain[1] === 1);
    assert.equal(stacked.height, 600);
    const grid = { ...layout, yaxis: { domain: [0, 0.4] } };
    assert.equal(stackSubplots(grid), grid);
  });
});
