import type { Output } from "@tidu/notebook-runtime";
import type { Executor } from "../executor.js";
import type { Message } from "../message.js";
import type { Content, Handler, Services } from "./handler.js";

export const execute: Handler = async (message, services) => {
  const { channels, executor, history, queue, stdin } = services;
  const { content } = message;
  const code = String(content["code"] ?? "");
  const silent = content["silent"] === true;
  const store = !silent && content["store_history"] !== false;
  if (store) services.count++;
  const { count } = services;
  if (!silent) channels.publish("execute_input", message, { code, execution_count: count });
  if (store) history.add(count, code);
  const outcome = await executor.execute({
    code,
    count,
    onOutput: (output) => {
      if (!silent) publish(services, output, message, count);
      if (store && output.output_type === "execute_result")
        history.setOutput(String(output.data["text/plain"] ?? ""));
    },
    ...(content["allow_stdin"] === true
      ? { onInput: (prompt: string, password: boolean) => stdin.ask(message, prompt, password) }
      : {}),
  });
  const expressions =
    outcome.status === "ok" ? await evaluateAll(executor, content["user_expressions"] ?? {}) : {};
  if (outcome.status === "error" && !silent && content["stop_on_error"] !== false) await queue.abort();
  return { ...outcome, execution_count: count, user_expressions: expressions, payload: [] };
};

async function evaluateAll(executor: Executor, expressions: Content): Promise<Content> {
  const values: Content = {};
  for (const [name, expression] of Object.entries(expressions))
    values[name] = await executor.evaluate(String(expression));
  return values;
}

function publish({ channels }: Services, output: Output, parent: Message, count: number): void {
  const { output_type, ...content } = output;
  const extra =
    output_type === "execute_result"
      ? { execution_count: count }
      : output_type === "display_data" && !("transient" in content)
        ? { transient: {} }
        : {};
  channels.publish(output_type, parent, { ...content, ...extra });
}
