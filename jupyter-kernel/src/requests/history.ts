import type { Handler } from "./handler.js";

export const history: Handler = ({ content }, { history }) => ({
  status: "ok",
  history: history.answer(content),
});
