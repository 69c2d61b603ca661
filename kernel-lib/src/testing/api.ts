import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** 包公开的一个名字，与它的文档。 */
export interface PublicName {
  readonly name: string;
  /** 声明所在的文件，相对于 src。 */
  readonly file: string;
  readonly kind: "function" | "class" | "const" | "interface" | "type";
  /** 文档的正文，去掉注释的星号；没有文档时是空串。 */
  readonly doc: string;
  /** 文档里有几个 @example。 */
  readonly examples: number;
}

/** 公开的声明与它前面的文档：文档（可能没有）、种类、名字。 */
export const declaration =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:\/\/[^\n]*\n)*)?export (?:declare )?(?:abstract )?(?:async )?(function|class|const|interface|type)\*? (\w+)/g;

/** 包的入口：核心与两个单独的入口。 */
const entries = ["index.ts", "nn/index.ts", "optim/index.ts"];

/** 从各入口出发，沿着 export … from 找到全部公开的名字，按出现的次序；几处转出的同一个名字只算一次。 */
export function publicNames(source: string): PublicName[] {
  const found: (readonly [name: string, file: string])[] = [];
  const texts = new Map<string, string>();
  const text = (file: string): string => {
    if (!texts.has(file)) texts.set(file, readFileSync(join(source, file), "utf8"));
    return texts.get(file)!;
  };
  const follow = (file: string): void => {
    for (const [, all, , names, from] of text(file).matchAll(
      /export (?:(\*)|(type )?\{([^}]*)\}) from "(.*?)\.js"/g,
    )) {
      const target = join(dirname(file), `${from}.ts`);
      if (all) follow(target);
      else
        for (const name of names!.split(","))
          if (name.trim()) found.push([name.trim().replace(/^type /, ""), target]);
    }
  };
  for (const entry of entries) follow(entry);
  const all = found.map(([name, file]) => describe(name, file, text));
  return [...new Map(all.map((n) => [`${n.file} ${n.name}`, n])).values()];
}

/** 名字在 file 里声明，或从那里再转出去；同名的声明（重载、接口与类合并）取有文档、有例子的那个。 */
function describe(name: string, file: string, text: (file: string) => string): PublicName {
  const own = [...text(file).matchAll(declaration)].filter((m) => m[3] === name);
  if (own.length === 0) {
    const again = new RegExp(`export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\} from "(.*?)\\.js"`).exec(
      text(file),
    );
    if (!again) throw new Error(`${file}：找不到公开的名字 ${name} 的声明`);
    return describe(name, join(dirname(file), `${again[1]}.ts`), text);
  }
  const all = own.map(([, doc = "", kind]) => {
    const lines = doc.split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
    const examples = lines.filter((line) => line.startsWith("@example")).length;
    return { name, file, kind: kind as PublicName["kind"], doc: lines.join("\n").trim(), examples };
  });
  return all.reduce((a, b) => (b.examples > a.examples || (a.doc === "" && b.doc !== "") ? b : a));
}

/** 文档的第一句。 */
export function summary({ doc }: PublicName): string {
  const prose = doc
    .split(/^@/m)[0]!
    .replaceAll(/\n(?=[\w`])/g, " ")
    .replaceAll("\n", "")
    .trim();
  return /^.*?。/.exec(prose)?.[0] ?? prose;
}

const sections: readonly (readonly [folder: string, title: string])[] = [
  ["transforms", "变换与参数树"],
  ["primitives", "算子"],
  ["functions", "组合的函数"],
  ["linalg", "线性代数"],
  ["nn", "网络层"],
  ["optim", "优化器"],
  ["losses", "损失"],
  ["random", "随机数"],
  ["check", "检查导数"],
  ["graph", "计算图"],
  ["devices", "设备"],
];

/** API.md 的全文：公开的名字，每个一句话。 */
export function renderApi(source: string): string {
  const names = publicNames(source);
  const titleOf = ({ file, name }: PublicName): string => {
    if (name.startsWith("tree") || name === "Tree") return "变换与参数树";
    return sections.find(([folder]) => file.startsWith(`${folder}/`))?.[1] ?? "张量、约定与错误";
  };
  const titles = ["张量、约定与错误", ...sections.map(([, title]) => title)];
  const body = titles.flatMap((title) => {
    const own = names.filter((n) => titleOf(n) === title);
    if (own.length === 0) return [];
    const values = own.filter((n) => n.kind !== "interface" && n.kind !== "type");
    const types = own.filter((n) => n.kind === "interface" || n.kind === "type");
    const row = (n: PublicName): string =>
      `| [\`${n.name}\`](src/${n.file}) | ${summary(n).replaceAll("|", "\\|")} |`;
    const table = (head: string, list: readonly PublicName[]): string[] =>
      list.length === 0
        ? []
        : [
            `| ${head} | |`,
            "| --- | --- |",
            ...[...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map(row),
            "",
          ];
    return [`## ${title}`, "", ...table("名字", values), ...table("类型", types)];
  });
  return [
    "# kernel-lib 的公开名字",
    "",
    "本页由源码里的文档生成（`node scripts/features.mjs`，`src/docs.test.ts` 核对）。每个名字链接到它的源文件，",
    "那里有形状、公式、错误编号与例子；各算子支持到什么程度见 [FEATURES.md](FEATURES.md)。",
    "",
    ...body,
  ].join("\n");
}
