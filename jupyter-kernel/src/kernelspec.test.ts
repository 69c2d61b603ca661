import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import { KernelClient } from "./client.js";
import { dataFolder, searchFolders } from "./data-folders.js";
import { findKernelspecs, installKernelspec, kernelspec, uninstallKernelspec } from "./kernelspec.js";
import { root } from "./testing.js";

describe("kernelspec", () => {
  const folder = mkdtempSync(join(tmpdir(), "tidu-spec-"));
  const saved = { ...process.env };
  // 每个用例都从没有 Jupyter 环境变量的状态开始，用户自己的文件夹也在临时文件夹里
  beforeEach(() => {
    for (const name of ["JUPYTER_PATH", "JUPYTER_PREFER_ENV_PATH", "VIRTUAL_ENV", "CONDA_PREFIX"])
      delete process.env[name];
    process.env["JUPYTER_DATA_DIR"] = join(folder, "user");
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
    Object.assign(process.env, saved);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("写到前缀下，argv 是绝对路径且入口存在，图标齐全", () => {
    const where = installKernelspec({ prefix: folder });
    assert.equal(where, join(folder, "share", "jupyter", "kernels", "tidu"));
    const spec = JSON.parse(readFileSync(join(where, "kernel.json"), "utf8"));
    assert.equal(spec.language, "typescript");
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.argv[2], "{connection_file}");
    for (const path of spec.argv.slice(0, 2)) assert.ok(isAbsolute(path) && existsSync(path), path);
    for (const size of [32, 64]) {
      const png = readFileSync(join(where, `logo-${size}x${size}.png`));
      assert.equal(png.toString("latin1", 1, 4), "PNG");
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
    }
    assert.match(readFileSync(join(where, "logo-svg.svg"), "utf8"), /^<svg[^>]*viewBox/);
  });

  it("--user 认 JUPYTER_DATA_DIR", () => {
    assert.equal(installKernelspec({ user: true }), join(folder, "user", "kernels", "tidu"));
  });

  it("写不了时说明位置与办法", () => {
    writeFileSync(join(folder, "file"), "");
    assert.throws(() => installKernelspec({ prefix: join(folder, "file") }), { id: "TIDU-JUP-030" });
  });

  it("找的次序照 jupyter_core：JUPYTER_PATH、环境、用户、整台机器", () => {
    process.env["JUPYTER_PATH"] = "/a";
    const user = dataFolder({ user: true });
    const environment = dataFolder({ prefix: "/venv" });
    assert.deepEqual(searchFolders("/venv").slice(0, 3), ["/a", environment, user]);
    process.env["JUPYTER_PREFER_ENV_PATH"] = "0";
    assert.deepEqual(searchFolders("/venv").slice(0, 3), ["/a", user, environment]);
  });

  it("失效的登记：说得出为什么；去掉登记", () => {
    const prefix = join(folder, "stale");
    const where = installKernelspec({ prefix });
    const found = () => findKernelspecs(prefix).find(({ folder }) => folder === where);
    const rewrite = (argv: string[]) =>
      writeFileSync(join(where, "kernel.json"), JSON.stringify({ ...kernelspec(), argv }));
    assert.deepEqual(found(), { folder: where, own: true });
    rewrite([process.execPath, "/搬走了/main.cjs", "{connection_file}"]);
    assert.match(found()!.problem!, /指向的文件已不在：\/搬走了/);
    rewrite(["/nvm/v18/bin/node", kernelspec().argv[1]!, "{connection_file}"]);
    assert.match(found()!.problem!, /Node 已不在：\/nvm\/v18/);
    writeFileSync(join(where, "kernel.json"), "{");
    assert.match(found()!.problem!, /kernel\.json 读不了/);
    assert.equal(uninstallKernelspec({ prefix }), where);
    assert.equal(existsSync(where), false);
    assert.throws(() => uninstallKernelspec({ prefix }), { id: "TIDU-JUP-032" });
  });

  it("仓库的路径里有空格和汉字、PATH 里没有 node，照样登记并启动", async () => {
    // 复制编译好的两个包，其余的依赖链接过去
    const home = join(folder, "我的 课程", "tidu 梯度");
    for (const name of ["jupyter-kernel", "notebook-runtime"])
      for (const part of ["dist", "logo", "package.json"])
        if (existsSync(join(root, name, part)))
          cpSync(join(root, name, part), join(home, "node_modules", "@tidu", name, part), {
            recursive: true,
          });
    for (const name of ["typescript", "zeromq", "libsql", "@babel", "acorn", "cmake-ts", "@typescript"]) {
      const from = join(root, "node_modules", name);
      const to = join(home, "node_modules", name);
      mkdirSync(dirname(to), { recursive: true });
      if (existsSync(from)) symlinkSync(from, to, "junction");
    }
    const copy = join(home, "node_modules", "@tidu", "jupyter-kernel", "dist", "kernelspec.js");
    const { installKernelspec: install } = (await import(pathToFileURL(copy).href)) as {
      installKernelspec: typeof installKernelspec;
    };
    const where = install({ prefix: join(home, "python 环境") });
    const { argv } = JSON.parse(readFileSync(join(where, "kernel.json"), "utf8"));
    assert.ok(argv[1].startsWith(home), argv[1]);
    const kernel = await KernelClient.start(argv, { cwd: home, env: { PATH: "/没有" } });
    try {
      const { reply, iopub } = await kernel.execute("const 半径: number = 2;\n半径 ** 2");
      assert.equal(reply.content["status"], "ok", JSON.stringify(reply.content));
      const result = iopub.find(({ header }) => header.msg_type === "execute_result");
      assert.equal(result?.content["data"]["text/plain"], "4");
    } finally {
      await kernel.close();
    }
  });
});
