import assert from "node:assert/strict";
import type { ExecuteOptions, ExecuteResult, Output, Session } from "@tidu/notebook-runtime";
import { Executor } from "./executor.js";
import type { TypeService } from "./types/service.js";

/** 会话只记下收到的源码，按给定的结果回答。 */
function fakeSession(result: Partial<ExecuteResult> = {}) {
  const ran: string[] = [];
  const session: Session = {
    comm: async () => false,
    async execute(code: string, _options?: ExecuteOptions) {
      ran.push(code);
      return { status: "ok", outputs: [], ...result };
    },
    interrupt: async () => {},
    restart: async () => {},
    close: async () => {},
  };
  return { ran, session: Promise.resolve(session) };
}

function fakeTypes(overrides: Partial<TypeService>): () => TypeService {
  const types = {
    check: () => [],
    notes: () => [],
    commit: () => {},
    reset: () => {},
    ...overrides,
  } as unknown as TypeService;
  return () => types;
}

describe("executor", () => {
  const run = async (executor: Executor, code: string) => {
    const outputs: Output[] = [];
    const outcome = await executor.execute({ code, count: 1, onOutput: (output) => outputs.push(output) });
    return { outcome, outputs };
  };

  it("类型服务坏了：说一次，单元格照跑，之后不再打扰", async () => {
    const { ran, session } = fakeSession();
    const executor = new Executor(session, () => {
      throw new Error("没有这个平台的 tsgo");
    });
    const first = await run(executor, "1");
    assert.match(JSON.stringify(first.outputs), /TIDU-JUP-021.*没有这个平台的 tsgo/);
    assert.deepEqual((await run(executor, "2")).outputs, []);
    assert.deepEqual(ran, ["1", "2"]);
  });

  it("只是个别单元格让类型服务出错：说一次，后面的照样检查；接连三格都出错才停", async () => {
    let good = true;
    const types = fakeTypes({
      check: (code) => {
        if (!good) throw new Error("panic");
        return code === "bad" ? [{ code: 1, start: 0, end: 1, message: "m" }] : [];
      },
      commit: () => {
        if (!good) throw new Error("panic");
      },
    });
    const { session } = fakeSession();
    const executor = new Executor(session, types);
    const said = async (code: string) => (await run(executor, code)).outputs.length;
    good = false;
    assert.equal(await said("1"), 1);
    good = true;
    assert.equal((await run(executor, "bad")).outcome.status, "error");
    good = false;
    assert.deepEqual([await said("1"), await said("1"), await said("1"), await said("1")], [1, 1, 1, 0]);
    good = true;
    assert.equal((await run(executor, "bad")).outcome.status, "ok");
  });

  it("进程换新之后类型也从头来，这一格的声明也忘掉", async () => {
    const calls: string[] = [];
    const types = fakeTypes({
      commit: () => void calls.push("commit"),
      reset: () => void calls.push("reset"),
    });
    const error = { ename: "ProcessDied", evalue: "退出", traceback: ["退出"] };
    const { session } = fakeSession({ status: "died", stateLost: true, error });
    const { outcome, outputs } = await run(new Executor(session, types), "process.exit(1)");
    assert.equal(calls.at(-1), "reset");
    assert.deepEqual(outcome, { status: "error", ...error });
    assert.deepEqual(outputs, [{ output_type: "error", ...error }]);
  });

  it("一格只检查一次：通过之后登记，不再检查；没通过就不登记", async () => {
    const calls: string[] = [];
    const types = (bad: boolean) =>
      fakeTypes({
        check: (code) => {
          calls.push(`check ${code}`);
          return bad ? [{ code: 1, start: 0, end: 1, message: "m" }] : [];
        },
        commit: (code) => void calls.push(`commit ${code}`),
      });
    await run(new Executor(fakeSession().session, types(false)), "1");
    await run(new Executor(fakeSession().session, types(true)), "2");
    assert.deepEqual(calls, ["check 1", "commit 1", "check 2"]);
  });

  it("类型服务的提示写到 stderr", async () => {
    const pending = ["没有类型声明"];
    const types = fakeTypes({ notes: () => pending.splice(0) });
    const executor = new Executor(fakeSession().session, types);
    assert.match(JSON.stringify((await run(executor, "1")).outputs), /stderr.*没有类型声明/);
    assert.deepEqual((await run(executor, "1")).outputs, []);
  });

  it("空单元格与只有魔法命令的单元格不进会话", async () => {
    const { ran, session } = fakeSession();
    const executor = new Executor(session, fakeTypes({}));
    await run(executor, "  \n");
    await run(executor, "%types off");
    assert.deepEqual(ran, []);
  });
});
