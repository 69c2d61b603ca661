import { spawn } from "node:child_process";

/** 各项的 PyTorch 写法，与 gpu-cases.ts 的大尺寸一致；时间取 CUDA 事件，毫秒一次。 */
const script = `
import json, math, sys
try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print("null"); sys.exit(0)
if not torch.cuda.is_available():
    print("null"); sys.exit(0)
torch.backends.cuda.matmul.allow_tf32 = False
cases = json.loads(sys.argv[1])
def value_and_grad(f):
    def run(*xs):
        ys = [x.detach().requires_grad_() for x in xs]
        loss = f(*ys)
        return (loss, *torch.autograd.grad(loss, ys, allow_unused=True))
    return run
def weighted(f):
    def run(w, *xs):
        ys = [x.detach().requires_grad_() for x in xs]
        return torch.autograd.grad(f(*ys), ys, w)
    return run
soft = lambda x: torch.softmax(x, -1)
att = lambda q, k, v: F.scaled_dot_product_attention(q, k, v)
norm = lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True)
conv = lambda x, w: F.conv2d(x, w, padding=1)
def penalty(x, w, b, v):
    d = 1 - torch.tanh(x @ w + b) ** 2
    return (d * (d @ ((v @ v.T) * (w.T @ w)))).sum(-1).mean()
functions = {
    "matmul": (lambda f: f, torch.matmul),
    "huber": (value_and_grad, lambda y, t: F.huber_loss(y, t, delta=0.7)),
    "triplet": (value_and_grad, lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=1.0)),
    "softmax": (lambda f: f, soft),
    "softmaxGradient": (weighted, soft),
    "layerNorm": (lambda f: f, lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b)),
    "layerNormGradient": (weighted, lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b)),
    "attention": (lambda f: f, att),
    "attentionGradient": (weighted, att),
    "batchNorm": (lambda f: f, norm),
    "batchNormGradient": (weighted, norm),
    "conv2d": (lambda f: f, conv),
    "conv2dGradient": (weighted, conv),
    "jacobianPenalty": (value_and_grad, penalty),
}
def measure(f, xs):
    for _ in range(3): f(*xs)
    a, b = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    times = []
    for _ in range(7):
        a.record()
        for _ in range(10): f(*xs)
        b.record(); torch.cuda.synchronize()
        times.append(a.elapsed_time(b) / 10)
    return sorted(times)[3]
out = {}
for case in cases:
    if case["name"] not in functions: continue
    wrap, f = functions[case["name"]]
    xs = [torch.randn(s, device="cuda") for s in case["shapes"]]
    row = {"eager": measure(wrap(f), xs), "compiled": None}
    try:
        row["compiled"] = measure(wrap(torch.compile(f)), xs)
    except Exception as e:
        print(str(e).splitlines()[0], file=sys.stderr)
    out[case["name"]] = row
print(json.dumps(out))
`;

export type TorchTimes = Readonly<Record<string, { eager: number; compiled: number | null }>>;

/** 有 torch 与 CUDA 的 Python（TIDU_PYTHON，缺省 python3）就测，否则是 null。 */
export function torchTimes(
  cases: readonly { readonly name: string; readonly shapes: readonly (readonly number[])[] }[],
): Promise<TorchTimes | null> {
  return new Promise((resolve) => {
    const child = spawn(process.env["TIDU_PYTHON"] ?? "python3", ["-c", script, JSON.stringify(cases)], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 600_000,
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", () => resolve(null));
    child.on("close", (code) => {
      const last = text.trim().split("\n").at(-1);
      resolve(code === 0 && last ? (JSON.parse(last) as TorchTimes | null) : null);
    });
  });
}
