// A file on its way to the server, with how much of it has gone; it can be stopped.

import { ApiError, addressOf, answerOf } from "../api.js";

// Returns {answer, stop()}; onProgress gets a share from 0 to 1.
export function sendFile(path, file, parameters, onProgress) {
  const request = new XMLHttpRequest();
  request.open("POST", addressOf(path, parameters));
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-Form-Token", document.querySelector("meta[name='form-token']").content);
  request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
  const answer = new Promise((resolve, reject) => {
    request.addEventListener("load", () => resolve(answerOf(asResponse(request), [200, 201])));
    request.addEventListener("error", () => reject(new ApiError(0, "unreachable", "The server cannot be reached, or refused the file.")));
    request.addEventListener("abort", () => reject(new ApiError(0, "stopped", "Stopped.")));
  });
  request.send(file);
  return { answer, stop: () => request.abort() };
}

function asResponse(request) {
  return { status: request.status, json: async () => JSON.parse(request.responseText) };
}
