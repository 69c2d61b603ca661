import { readFileSync } from "node:fs";

/** 连接文件：前端写好端口与密钥，内核照着绑定。 */
export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
}

/** 连接文件读不出来或缺东西。 */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  readonly id = "TIDU-JUP-010";
  constructor(message: string) {
    super(`TIDU-JUP-010：${message}`);
  }
}

const ports = ["shell_port", "control_port", "iopub_port", "stdin_port", "hb_port"] as const;

export function readConnection(file: string): Connection {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConnectionError(
      `读不了连接文件 ${file}：${(error as Error).message}。它由 Jupyter 生成，请从 JupyterLab 启动内核`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConnectionError(`连接文件 ${file} 里不是一个 JSON 对象`);
  const transport = value["transport"] ?? "tcp";
  if (transport !== "tcp" && transport !== "ipc")
    throw new ConnectionError(`连接文件 ${file} 的 transport 是 ${transport}，只支持 tcp 与 ipc`);
  for (const port of ports) {
    const given = value[port];
    if (given === undefined) throw new ConnectionError(`连接文件 ${file} 缺少 ${port}`);
    if (!Number.isInteger(given) || Number(given) < 1 || (transport === "tcp" && Number(given) > 65_535))
      throw new ConnectionError(`连接文件 ${file} 的 ${port} 是 ${JSON.stringify(given)}，应是端口号`);
  }
  for (const field of ["ip", "key", "signature_scheme"] as const)
    if (value[field] !== undefined && typeof value[field] !== "string")
      throw new ConnectionError(`连接文件 ${file} 的 ${field} 应是字符串`);
  return {
    ...(value as unknown as Connection),
    transport,
    ip: String(value["ip"] ?? "127.0.0.1"),
    key: String(value["key"] ?? ""),
    signature_scheme: String(value["signature_scheme"] || "hmac-sha256"),
  };
}

/** 地址是不是 IPv6；这样的套接字要打开 ZeroMQ 的 ipv6 选项。 */
export function isIpv6({ transport, ip }: Connection): boolean {
  return transport === "tcp" && ip.includes(":");
}

/** 一个端口的 ZeroMQ 地址；ipc 的写法照 jupyter_client：`ip-port`，IPv6 加方括号。 */
export function address(connection: Connection, port: number): string {
  const { transport, ip } = connection;
  if (transport === "ipc") return `ipc://${ip}-${port}`;
  return `tcp://${isIpv6(connection) ? `[${ip.replace(/^\[|\]$/g, "")}]` : ip}:${port}`;
}
