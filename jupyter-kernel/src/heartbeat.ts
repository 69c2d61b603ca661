import { Dealer, Proxy as Relay, Router } from "zeromq";

/**
 * 心跳：收到什么原样送回，在 ZeroMQ 的线程里做，不经过事件循环。
 * 内核忙着查类型时事件循环会停一秒以上，那时不答，jupyter console 就当内核死了，不再等输出。
 */
export class Heartbeat {
  readonly #front: Router;
  // 自己连自己的 DEALER：送进去的从另一头出来，恰好是回声
  readonly #echo = new Dealer({ linger: 0 });
  #relay: Relay<Router, Dealer> | undefined;
  #running: Promise<void> | undefined;

  constructor(ipv6 = false) {
    this.#front = new Router({ linger: 0, ipv6 });
  }

  async bind(address: string): Promise<void> {
    const inside = `inproc://heartbeat-${++count}`;
    await Promise.all([this.#front.bind(address), this.#echo.bind(inside)]);
    this.#echo.connect(inside);
    this.#relay = new Relay(this.#front, this.#echo);
    // 进程退出时套接字先关了，转发以出错结束，那不是错误
    this.#running = this.#relay.run().catch(() => {});
  }

  async close(): Promise<void> {
    if (!this.#relay) {
      this.#front.close();
      this.#echo.close();
      return;
    }
    this.#relay.terminate();
    await this.#running;
  }
}

let count = 0;
