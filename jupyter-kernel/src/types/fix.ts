/** 别的语言里常见的名字，在这里怎么写。 */
const elsewhere: Record<string, string> = {
  print: "输出用 console.log(值)",
  len: "长度写 值.length",
  range: "循环写 for (let i = 0; i < n; i++)，或 Array.from({ length: n }, (_, i) => i)",
  sum: "求和写 数组.reduce((a, b) => a + b, 0)",
  abs: "绝对值写 Math.abs(值)",
  sqrt: "平方根写 Math.sqrt(值)",
  exp: "指数写 Math.exp(值)",
  log: "对数写 Math.log(值)，输出用 console.log(值)",
  max: "最大值写 Math.max(…)",
  min: "最小值写 Math.min(…)",
  int: "数的类型都写 number；取整用 Math.trunc(值)",
  float: "数的类型都写 number；转换用 Number(值)",
  double: "数的类型都写 number",
  str: "字符串的类型写 string；转换用 String(值)",
  bool: "真假的类型写 boolean",
  None: "空值写 null 或 undefined",
  nil: "空值写 null 或 undefined",
  True: "写成小写的 true",
  False: "写成小写的 false",
  self: "实例写 this",
  and: "并且写 &&",
  or: "或者写 ||",
  not: "取反写 !",
  elif: "写成 else if",
  def: "函数写 function 名字(参数: 类型) { … }",
  lambda: "匿名函数写 (x: number) => …",
  np: "没有 numpy：数组运算用 @tidu/kernel-lib 的张量",
  torch: "没有 PyTorch：张量与求导用 @tidu/kernel-lib",
  document: "单元格在 Node 里运行，没有网页；要显示东西用 display()",
  window: "单元格在 Node 里运行，没有网页；全局对象是 globalThis",
  alert: "单元格在 Node 里运行，没有弹窗；输出用 console.log(值)",
  localStorage: "单元格在 Node 里运行；要存东西用 node:fs 写文件",
};

const operators: Record<string, string> = { "+": "add", "-": "sub", "*": "mul", "/": "div" };

const promise = /'Promise<(.+?)>'/s;

/**
 * 能从诊断本身推断出来的具体改法；推断不出来就用 explain.ts 里对这一类的说法。
 * @param text 诊断指着的那一段源码
 */
export function fixFor(code: number, message: string, text: string): string | undefined {
  const quoted = [...message.matchAll(/'(.+?)'/gs)].map((match) => match[1]!);
  const [first = "", second = ""] = quoted;
  switch (code) {
    case 2304:
    case 2552:
    case 2584:
    case 2582:
    case 2749:
      return Object.hasOwn(elsewhere, first) ? elsewhere[first] : undefined;
    case 1434:
    case 1435:
      return Object.hasOwn(elsewhere, text) ? elsewhere[text] : undefined;
    case 2339:
    case 2551:
      if (second.startsWith("Promise<"))
        return `左边还是一个 Promise，先等它的结果：写成 (await 值).${first}`;
      return undefined;
    case 2365: {
      const method = operators[first];
      if (second === "Tensor" && method) return `张量不用运算符，用方法：a.${method}(b)`;
      return promise.test(message) ? "Promise 要先等它的结果：在它前面写 await" : undefined;
    }
    case 2362:
    case 2363:
    case 2488:
    case 2548:
      return promise.test(message) ? "Promise 要先等它的结果：在它前面写 await" : undefined;
    case 2322:
    case 2345:
    case 2739:
    case 2740:
    case 2741:
      return assignment(code, first, second, text);
    case 2532:
    case 2531:
    case 2533: {
      const short = text.length <= 40 && !text.includes("\n") && text !== "this";
      return short ? `给默认值：(${text} ?? 默认值)；或只在有值时取：${text}?.…；或先用 if 排除` : undefined;
    }
    case 2588:
      return `声明它的地方改成 let ${first} = …`;
    case 7006:
      return `写上类型，例如 ${first}: number`;
    case 2348:
      return `类要用 new 创建：new ${text}(…)`;
    default:
      return undefined;
  }
}

/** 把一种类型的值放进另一种类型的地方。`text` 只在实参（2345）时是值本身。 */
function assignment(code: number, given: string, wanted: string, text: string): string | undefined {
  if (given.startsWith("Promise<") || (code !== 2322 && code !== 2345 && promise.test(given)))
    return `这还是一个 Promise，先等它的结果：写成 await ${code === 2345 && text.length < 40 ? text : "值"}`;
  const value = code === 2345 && text.length <= 40 && !text.includes("\n") ? text : "值";
  if (code !== 2322 && code !== 2345) return undefined;
  if (wanted === "number" && given === "string") return `转换成数：Number(${value})`;
  if (wanted === "string" && /^(?:number|boolean|bigint)$/.test(given))
    return `转换成字符串：String(${value})`;
  if (code === 2345 && given === `${wanted}[]`) return `把数组展开成一个个实参：...${value}`;
  if (wanted === `${given}[]`) return `放进数组：[${value}]`;
  const missing = ["undefined", "null"].filter(
    (item) => given.endsWith(` | ${item}`) && given.replace(` | ${item}`, "") === wanted,
  );
  if (missing.length > 0) return `它可能是 ${missing[0]}：给默认值 ${value} ?? 默认值，或先用 if 排除`;
  if (given === "undefined" || given === "null") return `把声明的类型写成 ${wanted} | ${given}`;
  return undefined;
}
