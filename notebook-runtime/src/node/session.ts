import { CellSession } from "../runtime/session.js";
import type { NodeSession, NodeSessionOptions } from "./options.js";
import { ExecutionProcess } from "./process.js";

/**
 * 启动一个执行进程。
 *
 * @example
 * const session = await createNodeSession();
 * const { outputs } = await session.execute("const x: number = 1; x + 1");
 * await session.close();
 */
export async function createNodeSession(options: NodeSessionOptions = {}): Promise<NodeSession> {
  const session = new ProcessSession(options);
  await session.start();
  return session;
}

class ProcessSession extends CellSession implements NodeSession {
  readonly #respawn: boolean;

  constructor(options: NodeSessionOptions) {
    super((listener) => new ExecutionProcess(options, listener));
    this.#respawn = options.respawn === true;
  }

  protected override lost(): void {
    if (this.#respawn) this.start().catch(() => {});
  }

  get pid(): number | undefined {
    return (this.transport as ExecutionProcess | null)?.pid;
  }
}
