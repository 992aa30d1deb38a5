using System.Net;
using System.Runtime.InteropServices;
using SecureStreams;
using SecureStreams.Policy;
using Server;

// A chat: a page, and a WebSocket that everybody who has it open shares. Two streamtypes on one port; where, and all limits, stand in policy.json.
if (args is not ([] or ["--any-port"]))
{
    Console.Error.WriteLine("Usage: dotnet run --project examples/Server -- [--any-port]");
    return 2;
}

PolicyDocument[] overlays = args.Length == 0 ? [] : [PolicyDocument.FromJson("""{ "s": [{ "page": { "port": 0 } }] }""", "--any-port")];
await using var context = SsContext.FromFile(Path.Combine(AppContext.BaseDirectory, "policy.json"), new SsContextOptions { Product = "chat", Overlays = overlays }.UseServer());
var room = new Room();
var html = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "page.html"));
try
{
    // The one that has the socket first; the other joins it.
    await using var page = context.CreateListener("page", _ => new PageHandler(html));
    await using var chat = context.CreateListener("chat", _ => new ChatHandler(room));
    room.Open(chat);

    var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    Console.WriteLine($"open http://127.0.0.1:{((IPEndPoint)page.EndPoints[0]).Port}/ in several windows; Ctrl+C ends");
    await stopped.Task;

    // Whoever is there is told, and goes; then all is closed.
    var left = await page.DrainAsync();
    Console.WriteLine($"ended, {left} left");
    return 0;

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        stopped.TrySetResult();
    }
}
catch (IOException error)
{
    Console.Error.WriteLine(error.Message); // The port is taken.
    return 1;
}
