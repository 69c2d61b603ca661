import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { globals } from "./globals.js";
import { libraries } from "./libraries.js";
import { nodeTypes, packagePaths } from "./packages.js";

/** 笔记本文件夹里（只在内存中）的项目配置。 */
export const configFile = "__tidu_tsconfig.json";
const defaultsFile = "__tidu_defaults.json";
export const globalsFile = "__tidu_globals.d.ts";

/** 项目的 tsconfig.json 可以改的：与课程代码同样严格。 */
const defaults = {
  target: "esnext",
  strict: true,
  jsx: "react-jsx",
  types: [],
};

/**
 * 项目的 tsconfig.json 不能改的。模块怎样解析由运行时决定：`bundler` 让 exports、JSON、省略扩展名
 * 都照 Node 与打包器的习惯工作，`preserve` 另外允许 `import x = require()`。
 * null 是去掉项目里只对写文件、只对整个程序有意义的选项：单元格里用不到的名字、顶层的标签都不是错。
 */
const fixed = {
  module: "preserve",
  moduleResolution: "bundler",
  moduleDetection: "force",
  customConditions: ["node"],
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  allowUnusedLabels: true,
  allowUnreachableCode: true,
  ...Object.fromEntries(
    [
      "allowJs",
      "checkJs",
      "composite",
      "incremental",
      "tsBuildInfoFile",
      "declaration",
      "declarationMap",
      "emitDeclarationOnly",
      "isolatedDeclarations",
      "isolatedModules",
      "verbatimModuleSyntax",
      "erasableSyntaxOnly",
      "noUnusedLocals",
      "noUnusedParameters",
      "rootDir",
      "outDir",
      "outFile",
    ].map((name) => [name, null]),
  ),
};

/** 从文件夹往上最近的 tsconfig.json。 */
export function projectConfig(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    if (existsSync(file)) return file.replaceAll("\\", "/");
    if (dirname(at) === at) return undefined;
  }
}

/**
 * 名字 → 内容：默认值、项目的 tsconfig.json、固定值，后面的盖住前面的。
 * @param base 这些文件所在的文件夹，写成 TypeScript 的路径
 * @param project 不用项目的配置时给 undefined
 */
export function configFiles(
  folder: string,
  base: string,
  root: string,
  project: string | undefined,
): [string, string][] {
  const paths = packagePaths(folder);
  const compilerOptions = { ...defaults, lib: libraries(), ...(paths ? { paths } : {}) };
  const config = {
    extends: [`./${defaultsFile}`, ...(project ? [project] : [])],
    compilerOptions: fixed,
    files: [`${base}/${root}`, `${base}/${globalsFile}`],
    include: [],
    exclude: [],
    references: [],
  };
  const node = nodeTypes(folder);
  return [
    [defaultsFile, JSON.stringify({ compilerOptions })],
    [configFile, JSON.stringify(config)],
    [globalsFile, (node ? `/// <reference path="${node}" />\n` : "") + globals],
  ];
}
