import { RuntimeError } from "../errors.js";
import { installAsk } from "../input.js";
import { Interrupted } from "../runtime/failure.js";
import { ANSWER, ANSWER_LENGTH, ANSWER_REFUSED, CURRENT, FLAG, TARGET, textArea } from "./shared.js";
import { writeReply } from "./wire.js";

/** 装上浏览器里那三个同步的对话函数：prompt、confirm、alert。等待时可以被中断。 */
export function installInput(memory: SharedArrayBuffer): void {
  const state = new Int32Array(memory);
  const ask = (prompt: string, password = false): string | null => {
    Atomics.store(state, ANSWER, 0);
    writeReply({ type: "input", id: Atomics.load(state, CURRENT), prompt, password });
    while (Atomics.load(state, ANSWER) === 0) {
      Atomics.wait(state, ANSWER, 0, 100);
      if (state[FLAG] !== 0 && state[TARGET] === state[CURRENT]) throw new Interrupted();
    }
    const length = Atomics.load(state, ANSWER_LENGTH);
    if (length === ANSWER_REFUSED)
      throw new RuntimeError(
        "TIDU-RT-010",
        "现在没有人能回答输入：前端没有允许输入（allow_stdin 为假，例如用 nbconvert 运行）。请把要输入的值直接写在代码里。",
      );
    return length < 0 ? null : new TextDecoder().decode(textArea(memory).slice(0, length));
  };
  installAsk(ask);
  const functions = {
    prompt: (message = "", initial: string | null = null) => {
      const text = ask(String(message));
      return text === "" && initial !== null ? initial : text;
    },
    confirm: (message = "") => /^(?:y|yes|是|好|对|1)$/i.test(ask(`${message} [y/N] `)?.trim() ?? ""),
    alert: (message = "") => console.log(String(message)),
  };
  for (const [name, value] of Object.entries(functions)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
