import type { Output } from "@tidu/notebook-runtime";
import type { Executor, Outcome } from "../executor.js";
import { publishOutput } from "../outputs.js";
import { StreamBatch } from "../stream-batch.js";
import { StreamCap } from "../stream-cap.js";
import { colorTraceback } from "../traceback.js";
import type { Content, Handler } from "./handler.js";

export const execute: Handler = async (message, services) => {
  const { channels, comms, executor, history, queue, stdin } = services;
  const { content } = message;
  const code = content["code"] as string;
  const silent = content["silent"] === true;
  const store = !silent && content["store_history"] !== false;
  if (store) services.count++;
  const { count } = services;
  if (!silent) channels.publish("execute_input", message, { code, execution_count: count });
  if (store) history.add(count, code);
  const batch = new StreamBatch((output) => publishOutput(channels, output, message, count));
  const cap = new StreamCap({ publish: (output) => batch.add(output), count });
  const onOutput = (output: Output) => {
    if (!silent) cap.add(output);
    if (store && output.output_type === "execute_result")
      history.setOutput(String(output.data["text/plain"] ?? ""));
  };
  const outcome = await executor.execute({
    code,
    count,
    onOutput,
    onComm: (sent) => comms.send(sent, message),
    onReset: () => {
      comms.reset(message);
      void services.sessionLost();
    },
    ...(content["allow_stdin"] === true
      ? {
          onInput: (prompt: string, password: boolean) => {
            batch.flush();
            return stdin.ask(message, prompt, password);
          },
        }
      : {}),
  });
  stdin.cancel();
  const expressions =
    outcome.status === "ok" ? await evaluateAll(executor, content["user_expressions"] ?? {}, onOutput) : {};
  cap.end();
  batch.flush();
  if (outcome.status === "error" && !silent && content["stop_on_error"] !== false) await queue.abort();
  return { ...coloredOutcome(outcome), execution_count: count, user_expressions: expressions, payload: [] };
};

/** 单元格成功之后逐个求值；一个出错不影响别的。求值时打印的东西照常输出，值与错误只在回复里。 */
async function evaluateAll(
  executor: Executor,
  expressions: Content,
  onOutput: (output: Output) => void,
): Promise<Content> {
  // 没有原型：名字可以是 __proto__
  const values: Content = Object.create(null);
  for (const [name, expression] of Object.entries(expressions))
    values[name] = await executor.evaluate(String(expression), (output) => {
      if (output.output_type !== "execute_result" && output.output_type !== "error") onOutput(output);
    });
  return values;
}

function coloredOutcome(outcome: Outcome): Outcome {
  const { ename, traceback } = outcome;
  return ename && traceback ? { ...outcome, traceback: colorTraceback(ename, traceback) } : outcome;
}
