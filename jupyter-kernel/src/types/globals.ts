/** 运行时提供、@types/node 没有声明的全局名字。项目自己加了 dom 时它们只是多出的重载。 */
const always = `
/** 在前端问一句，等到回答；取消是 null。 */
declare function prompt(message?: string, initial?: string): string | null;
/** 在前端问是与否。 */
declare function confirm(message?: string): boolean;
/** 打印一行。 */
declare function alert(message?: unknown): void;

/** 网页式的 worker；文件可以是 TypeScript。 */
interface Worker extends EventTarget {
  onmessage: ((event: MessageEvent) => any) | null;
  onmessageerror: ((event: MessageEvent) => any) | null;
  onerror: ((event: any) => any) | null;
  postMessage(message: any, transfer?: any): void;
  terminate(): void;
}
declare var Worker: {
  prototype: Worker;
  new (url: string | URL, options?: { name?: string; type?: "classic" | "module" }): Worker;
};

/** WASM 作为模块：导出的名字照样导出，类型不知道。 */
declare module "*.wasm";
`;

/** 较新的 Node 才有的，以及它们的声明；新版 @types/node 自己也声明时，两份合得上。 */
const newer: [name: string, text: string][] = [
  [
    "navigator",
    `interface Navigator {
  readonly hardwareConcurrency: number;
  readonly language: string;
  readonly languages: readonly string[];
  readonly platform: string;
  readonly userAgent: string;
}
declare var navigator: Navigator;`,
  ],
  [
    "localStorage",
    `interface Storage {
  readonly length: number;
  clear(): void;
  getItem(key: string): string | null;
  key(index: number): string | null;
  removeItem(key: string): void;
  setItem(key: string, value: string): void;
}
declare var localStorage: Storage;
declare var sessionStorage: Storage;`,
  ],
];

export const globals = [always, ...newer.filter(([name]) => name in globalThis).map(([, text]) => text)].join(
  "\n",
);
