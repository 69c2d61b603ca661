/** 单元格写错了语法；行列从 1 起数。 */
export class CellSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = "SyntaxError";
    this.line = line;
    this.column = column;
  }
}

/** Babel 的原因代码 → 中文；没有列出的保留英文原文。 */
const MESSAGES: Record<string, (details: Record<string, unknown>) => string> = {
  UnexpectedToken: ({ unexpected, expected }) =>
    expected
      ? `这里应当是 ${expected}`
      : unexpected
        ? `意外的 ${unexpected}`
        : "语法不对：这里的符号不该出现",
  UnterminatedString: () => "字符串没有写完：缺少结尾的引号",
  UnterminatedTemplate: () => "模板字符串没有写完：缺少结尾的反引号",
  UnterminatedComment: () => "注释没有写完：缺少 */",
  UnterminatedRegExp: () => "正则表达式没有写完：缺少结尾的 /",
  VarRedeclaration: ({ identifierName }) => `同一个单元格里重复声明了 ${identifierName}`,
  MissingSemicolon: () => "语句没有结束：缺少分号或换行",
  IllegalReturn: () => "return 只能写在函数里",
  IllegalBreakContinue: ({ type }) =>
    type === "BreakStatement" ? "break 只能写在循环或 switch 里" : "continue 只能写在循环里",
  InvalidLhs: () => "赋值号左边必须是变量、属性或解构模式",
  DeclarationMissingInitializer: ({ kind }) => `${kind === "const" ? "const" : "解构"} 声明必须有初始值`,
  AwaitNotInAsyncContext: () => "await 只能写在单元格顶层或 async 函数里",
  AwaitBindingIdentifier: () => "await 不能用作名字",
  UnexpectedKeyword: ({ keyword }) => `意外的关键字 ${keyword}`,
  UnexpectedReservedWord: ({ reservedWord }) => `保留字 ${reservedWord} 不能用作名字`,
  StrictDelete: () => "不能 delete 一个变量",
  StrictWith: () => "不支持 with 语句",
  LabelRedeclaration: ({ labelName }) => `标签 ${labelName} 重复`,
  InvalidEscapedReservedWord: () => "关键字里不能用转义",
  NumericSeparatorInEscapeSequence: () => "转义里不能有数字分隔符",
  StrictNumericEscape: () => "不支持八进制转义",
  StrictOctalLiteral: () => "不支持以 0 开头的八进制数：请写成 0o…",
  PrivateNameRedeclaration: ({ identifierName }) => `私有名 #${identifierName} 重复声明`,
  InvalidPrivateFieldResolution: ({ identifierName }) => `类里没有声明私有名 #${identifierName}`,
};

interface BabelError extends SyntaxError {
  reasonCode?: string;
  loc?: { line: number; column: number };
  details?: Record<string, unknown>;
  missingPlugin?: string[];
}

/** Babel 抛的错误 → CellSyntaxError；不是语法错误的原样返回。 */
export function syntaxError(error: unknown): unknown {
  const { loc, reasonCode, details, message, missingPlugin } = error as BabelError;
  if (!(error instanceof SyntaxError) || !loc) return error;
  const english = message.replace(/ \(\d+:\d+\)$/, "");
  let text = reasonCode ? MESSAGES[reasonCode]?.({ ...(error as object), ...details }) : undefined;
  if (missingPlugin?.some((name) => name.startsWith("decorators"))) {
    text = "不支持装饰器：单元格里请改用普通的函数调用或高阶函数。";
  } else if (missingPlugin?.includes("jsx")) text = "不支持 JSX：请用 html() 显示 HTML。";
  return new CellSyntaxError(text ?? english, loc.line, loc.column + 1);
}
