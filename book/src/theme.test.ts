import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const css = readFileSync(new URL("../style/theme.css", import.meta.url), "utf8");

/** 一个主题块里的颜色变量。 */
function palette(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0]!;
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1]!, match[2]!]));
}

/** WCAG 2.2 的相对亮度。 */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

describe("主题的对比度", () => {
  const light = palette(":root");
  const dark = new Map([...light, ...palette(':root[data-theme="dark"]')]);
  const pairs: [text: string, ground: string][] = [
    ...["ink", "soft", "faint", "accent", "red", "green"].map((name): [string, string] => [name, "paper"]),
    ...["red", "amber", "green", "violet", "accent"].map((name): [string, string] => [name, `${name}-soft`]),
    ...[...light.keys()]
      .filter((name) => name.startsWith("code-token-") || name === "code-foreground")
      .map((name): [string, string] => [name, "sunken"]),
  ];
  for (const [name, colors] of [
    ["亮色", light],
    ["暗色", dark],
  ] as const) {
    it(`${name}：文字与底色之比都不低于 4.5`, () => {
      assert.ok(pairs.length >= 18);
      for (const [text, ground] of pairs) {
        const ratio = contrast(colors.get(text)!, colors.get(ground)!);
        assert.ok(ratio >= 4.5, `${text} 在 ${ground} 上只有 ${ratio.toFixed(2)}`);
      }
    });
  }
});
