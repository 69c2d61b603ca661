import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import fc from "fast-check";
import { rgbaPng } from "../media/png.js";
import { heatMap, scaleOf } from "./heat-map.js";
import { numbersOf } from "./numbers.js";
import { diverging, LEVELS, NAN_INDEX, type Rgb, sequential, toOklab } from "./palette.js";
import { statsOf, statsText } from "./stats.js";
import { arrayHtml, typedHtml } from "./view.js";

/** 用 zlib 解开 PNG：块的校验、宽高、每个像素的字节。 */
function decode(png: Uint8Array): {
  width: number;
  height: number;
  bytes: number;
  rows: Uint8Array[];
  palette: Uint8Array;
} {
  const data = Buffer.from(png);
  assert.equal(data.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < data.length; ) {
    const size = data.readUInt32BE(at);
    const body = data.subarray(at + 4, at + 8 + size);
    assert.equal(data.readUInt32BE(at + 8 + size), crc32(body));
    chunks[body.toString("latin1", 0, 4)] = body.subarray(4);
    at += 12 + size;
  }
  const { IHDR, IDAT, PLTE, IEND } = chunks;
  assert.equal(IEND!.length, 0);
  const [width, height] = [IHDR!.readUInt32BE(0), IHDR!.readUInt32BE(4)];
  const bytes = IHDR![9] === 6 ? 4 : 1;
  const raw = inflateSync(IDAT!);
  const stride = width * bytes + 1;
  assert.equal(raw.length, stride * height);
  const rows = Array.from({ length: height }, (_, y) => {
    assert.equal(raw[y * stride], 0);
    return Uint8Array.from(raw.subarray(y * stride + 1, (y + 1) * stride));
  });
  return { width, height, bytes, rows, palette: Uint8Array.from(PLTE ?? []) };
}

const imageOf = (html: string) =>
  decode(Buffer.from(/data:image\/png;base64,([^"]+)"/.exec(html)![1]!, "base64"));
const draw = (data: number[], rows: number, cols: number) =>
  imageOf(heatMap(data, { offset: 0, rows, cols }, scaleOf(statsOf(data)), 320, ""));

describe("数的数组：色图", () => {
  const lightness = (colours: readonly Rgb[]) => colours.slice(0, LEVELS).map((c) => toOklab(c)[0]);

  it("OKLab 的换算：白、黑、红与原文给出的值一致", () => {
    const close = (a: readonly number[], b: number[]) =>
      a.forEach((v, i) => void assert.ok(Math.abs(v - b[i]!) < 1e-3, `${a} ${b}`));
    close(toOklab([255, 255, 255]), [1, 0, 0]);
    close(toOklab([0, 0, 0]), [0, 0, 0]);
    close(toOklab([255, 0, 0]), [0.628, 0.2249, 0.1258]);
  });

  it("顺序色图：明度一路变亮，每一步差不多大", () => {
    const steps = lightness(sequential).flatMap((l, i, all) => (i === 0 ? [] : [l - all[i - 1]!]));
    assert.ok(Math.min(...steps) > -0.004);
    const total = steps.reduce((sum, step) => sum + step, 0);
    const chunks = [0, 1, 2, 3].map((k) =>
      steps.slice(k * 63, (k + 1) * 63).reduce((sum, step) => sum + step, 0),
    );
    for (const part of chunks) assert.ok(part > total / 8 && part < total / 2, String(chunks));
  });

  it("发散色图：中间最亮，两边对称地变暗，一边蓝一边红", () => {
    const l = lightness(diverging);
    for (let i = 0; i < 127; i++) {
      assert.ok(Math.abs(l[i]! - l[LEVELS - 1 - i]!) < 0.03, `${i}`);
      assert.ok(l[i]! <= l[i + 1]! + 0.004);
    }
    assert.ok(diverging[0]![2] > diverging[0]![0] + 80);
    assert.ok(diverging[LEVELS - 1]![0] > diverging[LEVELS - 1]![2] + 80);
    const [r, g, b] = diverging[127]!;
    assert.ok(Math.max(r, g, b) - Math.min(r, g, b) < 8);
  });
});

describe("数的数组：图与概况", () => {
  it("真彩 PNG：zlib 解出来的像素与给的一样，大小跨过一个存储块也对", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 150 }), (width, height) => {
        const pixels = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 31 + width) % 256);
        const image = decode(rgbaPng(pixels, width, height));
        assert.deepEqual([image.width, image.height, image.bytes], [width, height, 4]);
        assert.deepEqual(Buffer.concat(image.rows), Buffer.from(pixels));
      }),
      { numRuns: 20 },
    );
  });

  it("有正有负：0 落在正中；全正：最小是第一种颜色，最大是最后一种", () => {
    assert.deepEqual([...draw([-2, 0, 1], 1, 3).rows[0]!], [0, 127, 191]);
    assert.deepEqual([...draw([1, 2, 3], 1, 3).rows[0]!], [0, 127, 254]);
    assert.deepEqual([...draw([5, 5], 1, 2).rows[0]!], [127, 127]);
    const wide = Number.MAX_VALUE;
    assert.deepEqual([...draw([-wide, 0, wide], 1, 3).rows[0]!], [0, 127, 254]);
  });

  it("缩小时每格是一块的平均；NaN 不会被平均掉，无穷大在两端", () => {
    const big = Array.from({ length: 192 * 192 }, (_, k) => (Math.floor(k / 192) % 2) + (k % 2));
    const image = draw(big, 192, 192);
    assert.deepEqual([image.width, image.height], [96, 96]);
    assert.ok(image.rows.every((row) => row.every((index) => index === 127)));
    big[193] = Number.NaN;
    assert.equal(draw(big, 192, 192).rows[0]![0], NAN_INDEX);
    assert.deepEqual([...draw([0, 1, Infinity, -Infinity, NaN], 1, 5).rows[0]!], [0, 254, 254, 0, NAN_INDEX]);
    assert.deepEqual([...image.palette.slice(-3)], [230, 0, 200]);
  });

  it("概况：有限的数才算；大数相加不溢出，均值补偿求和", () => {
    const stats = statsOf([1, NaN, Infinity, -3, -Infinity, NaN, 5]);
    assert.deepEqual(stats, { size: 7, finite: 3, nan: 2, infinite: 2, min: -3, max: 5, mean: 1 });
    assert.equal(statsText(stats), "最小 -3　最大 5　均值 1　NaN 2 个　∞ 2 个");
    assert.equal(statsOf([Number.MAX_VALUE, Number.MAX_VALUE]).mean, Number.MAX_VALUE);
    assert.equal(statsOf(new Float64Array(1e6).fill(0.1)).mean, 0.1);
    assert.equal(statsText(statsOf([NaN])), "NaN 1 个");
    assert.equal(statsText(statsOf(BigInt64Array.of(1n, 3n))), "最小 1　最大 3　均值 2");
  });

  it("小矩阵写出每个数；三维一片一片，多的说明；没有数值时说明原因", () => {
    const small = arrayHtml({ title: "T<2>", shape: [1, 2], data: [1, -2] });
    assert.match(
      small,
      /T&lt;2&gt;[\s\S]*rgba\(220,60,40,0\.300\)">1<\/td>.*rgba\(40,100,220,0\.600\)">-2<\/td>/,
    );
    const data = Float64Array.from({ length: 9 * 20 * 20 }, (_, i) => i);
    const cube = arrayHtml({ title: "", shape: [9, 20, 20], data, text: "数" });
    assert.deepEqual(
      [...cube.matchAll(/>(\[\d+, :, :\])</g)].map(([, name]) => name),
      ["[0, :, :]", "[1, :, :]", "[2, :, :]", "[3, :, :]", "[4, :, :]", "[5, :, :]"],
    );
    assert.match(cube, /还有 3 片没有画/);
    assert.match(arrayHtml({ title: "", shape: [2], data: null, note: "在 <GPU> 上" }), /在 &lt;GPU&gt; 上/);
    assert.match(arrayHtml({ title: "", shape: [0, 3], data: [], text: "[]" }), /<pre[^>]*>\[\]<\/pre>/);
    assert.match(
      typedHtml("Float64Array", new Float64Array(3000), "…"),
      /Float64Array\(3.000\)[\s\S]*每格是一块的平均/,
    );
  });

  it("认得出数的数组与矩阵；有别的东西、长短不齐就不是", () => {
    assert.deepEqual(numbersOf([1, 2, 3])?.shape, [3]);
    assert.deepEqual(
      numbersOf([
        [1, 2],
        [3, 4],
      ]),
      { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
    );
    for (const other of [
      [],
      [[]],
      [1, "2"],
      Object.assign([1], { 2: 3 }),
      [[1], [2, 3]],
      [[1], 2],
      [1n],
      [[1], [{}]],
    ])
      assert.equal(numbersOf(other), null);
    let calls = 0;
    const trap = Object.defineProperty([1, 2], "1", { get: () => ++calls, enumerable: true });
    assert.equal(numbersOf(trap), null);
    assert.equal(calls, 0);
  });
});
