using System.Diagnostics;
using System.Globalization;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>A browser that opens a page of one streamtype, whose script talks ws to another.</summary>
public sealed class BrowserTests
{
    private const string Program = "chromium-headless-shell";

    private const string Page = """
        <!doctype html><title>page</title><link rel="icon" href="data:,"><p id="said">nothing</p><img src="/gate" alt="">
        <script>
          const socket = new WebSocket("SCHEME://127.0.0.1:PORT/chat?room=1", ["nothing", "echo"]);
          const heard = [];
          const say = text => { document.getElementById("said").textContent = text; fetch("/said", { method: "POST", body: text }); };
          socket.binaryType = "arraybuffer";
          socket.onopen = () => socket.send("grüße €😀");
          socket.onmessage = async event => {
            heard.push(typeof event.data === "string" ? event.data : `${event.data.byteLength} bytes`);
            if (heard.length === 1) socket.send(new Uint8Array(100000));
            else socket.close(4003, "seen");
          };
          socket.onclose = event => say(`${socket.protocol} [${socket.extensions}] ${heard.join(" ")} ${event.code} ${event.wasClean}`);
        </script>
        """;

    [Theory]
    [InlineData(false, "h1", false, true)]
    [InlineData(true, "h2", true, true)]
    [InlineData(false, "h1", false, false)]
    public async Task A_page_of_a_streamtype_talks_ws_to_a_streamtype(bool tls, string protocol, bool deflate, bool welcome)
    {
        var more = tls ? ", " + ServerBench.Tls : "";
        await using var bench = new ServerBench($$"""
            "page": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1"{{more}}, "metadata": [{ "method": "" }, { "path": "" }, { "mime": "content-type:" }] },
            "chat": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1"{{more}}, "ws_subprotocol": "echo", "ws_deflate": {{(deflate ? "true" : "false")}}, "metadata": [{ "path": "" }, { "room": "" }, { "origin": "origin:" }] }
            """);
        var asked = "";
        await using var chat = bench.Context.CreateListener("chat", _ =>
        {
            var handler = new RecordingHandler().OnStateDo(SsState.ServerTxn, stream =>
            {
                asked = $"{stream.GetMetadata("path")} {stream.GetMetadata("room")} {stream.GetMetadata("origin")}";
                if (!welcome)
                    stream.ServerAck(403);
            }).OnStateDo(SsState.ServerUpgrade, static stream => stream.ChangeHandlers(new MessageEchoHandler()));
            return handler;
        });
        var scheme = tls ? "https" : "http";
        var gate = new PageGate();
        var page = Page.Replace("SCHEME", tls ? "wss" : "ws", StringComparison.Ordinal).Replace("PORT", ServerBench.PortOf(chat).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await using var pages = bench.Context.CreateListener("page", _ => new PageHandler(page, gate));
        var origin = $"{scheme}://127.0.0.1:{ServerBench.PortOf(pages)}";
        var seen = await DumpAsync(origin + "/");
        Assert.Equal($"/chat 1 {origin}", asked);
        var said = !welcome ? " []  1006 false" : $"echo [{(deflate ? "permessage-deflate" : "")}] grüße €😀 100000 bytes 4003 true";
        Assert.Equal(said, gate.Said.ToString());
        Assert.Contains($"<p id=\"said\">{said}</p>", seen, StringComparison.Ordinal);
    }

    /// <summary>The page as it is once it is loaded.</summary>
    private static async Task<string> DumpAsync(string url)
    {
        var program = Peer.Find(Program) ?? throw Peer.Absent(Program, Program);
        var profile = Directory.CreateTempSubdirectory("ss-test-browser-");
        try
        {
            // A sandbox of its own it cannot have where tests run as root, nor does it need one for this page.
            using var process = Process.Start(new ProcessStartInfo(program,
                ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--ignore-certificate-errors", "--no-proxy-server", $"--user-data-dir={profile.FullName}", "--dump-dom", url])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            try
            {
                var errors = process.StandardError.ReadToEndAsync();
                var page = await process.StandardOutput.ReadToEndAsync().OrFail(static () => "The browser does not end.");
                await errors;
                return page;
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}
