// JSON from the server; an error says what failed in words for a page.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 10_000;

export async function getJson(path, parameters = {}, { accept = [200] } = {}) {
  return ask(addressOf(path, parameters), {}, accept);
}

async function ask(address, options, accept) {
  let response;
  try {
    response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  } catch (error) {
    const reason = error.name === "TimeoutError" ? "did not answer within 10 s" : "cannot be reached";
    throw new ApiError(0, "unreachable", `The server ${reason}.`);
  }
  return answerOf(response, accept);
}

// A change: POST, PATCH or DELETE, with the token of this page. keepalive: it arrives although the page is left.
export async function sendJson(method, path, body = null, { accept = [200, 201], keepalive = false } = {}) {
  const headers = { "X-Form-Token": document.querySelector("meta[name='form-token']").content };
  if (body) headers["Content-Type"] = "application/json";
  return ask(path, { method, headers, body: body && JSON.stringify(body), keepalive }, accept);
}

export function addressOf(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(given).toString();
  return query ? `${path}?${query}` : path;
}

// The JSON of an answer; an ApiError where its status is none of those.
export async function answerOf(response, accept) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    throw new ApiError(response.status, "unreadable", `The server answered with status ${response.status}.`);
  }
  if (accept.includes(response.status)) return body;
  if (response.status === 401) toSignIn();
  const { code = "error", message = `The server answered with status ${response.status}.` } = body.error ?? {};
  const error = new ApiError(response.status, code, message);
  error.details = body.error ?? {}; // the server's words, as have and need of "not_enough_data"
  throw error;
}

// The sign-in has ended: sign in again, and come back here.
function toSignIn() {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}
