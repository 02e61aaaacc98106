// The same by Node.js's parser (llhttp).
const http = require("http");
const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("error", () => {});
  request.on("end", () => {
    const text = JSON.stringify({
      method: request.method,
      target: request.url,
      host: request.headers.host ?? "",
      body: Buffer.concat(pieces).toString("latin1"),
    });
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Content-Length", Buffer.byteLength(text));
    response.end(text);
  });
});
server.on("checkContinue", (request, response) => server.emit("request", request, response));
server.on("connect", (request, socket) => socket.end("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n"));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
