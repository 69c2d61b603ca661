// 企图：cluster、inspector、SIGUSR1：从别的门进来
// 预期：一分也不多得。
// 得分：0-1
// 看机制：是
try { const cluster: any = (await import("node:cluster")).default; cluster.fork?.().on("error", () => {}).kill("SIGKILL"); } catch {}
try { const inspector = await import("node:inspector"); inspector.open(0, "127.0.0.1"); const session = new inspector.Session(); session.connect(); session.post("Debugger.enable"); } catch {}
try { process.kill(process.pid, "SIGUSR1"); } catch {}
try { (process as any)._debugProcess(process.ppid); } catch {}
