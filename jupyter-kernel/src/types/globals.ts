/** 运行时提供、@types/node 没有声明的全局名字。项目自己加了 dom 时它们只是多出的重载。 */
export const globals = `
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
