import type { Handler } from "./handler.js";

export const history: Handler = async ({ content }, { history }) => ({
  status: "ok",
  history: await history.answer(content),
});
