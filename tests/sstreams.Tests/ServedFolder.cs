using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tool.Tests;

/// <summary>A folder with all that folders have, served over both versions of HTTP.</summary>
public sealed class ServedFolder : IAsyncLifetime
{
    public const int Length = 20_000_000;

    internal TestDirectory Directory { get; } = new();

    internal HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    internal ServeHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.Add("secret.txt", "not for you");
        Directory.Add("public-not/secret.txt", "not for you");
        Directory.Add("public/index.html", "<h1>start</h1>");
        Directory.Add("public/sub/index.html", "<h1>sub</h1>");
        Directory.Add("public/changing/index.html", "one");
        Directory.Add("public/sub/grüße.txt", "grüße");
        Directory.Add("public/.hidden", "not for you");
        Directory.Add("public/.well-known/x", "known");
        Directory.Add("public/empty.css", "");
        Directory.Add("public/no-index/x.json", "{}");
        File.WriteAllBytes(Directory["public/big.bin"], DeterministicBytes.Make(Length));
        File.CreateSymbolicLink(Directory["public/out"], Directory["secret.txt"]);
        File.CreateSymbolicLink(Directory["public/up"], "..");
        File.CreateSymbolicLink(Directory["public/beside"], "../public-not");
        File.CreateSymbolicLink(Directory["public/in"], "big.bin");
        File.CreateSymbolicLink(Directory["public/circle"], "circle");
        Directory.AddPipe("public/pipe");
        Host = await ServeHost.StartAsync(Directory, [ServeHost.Server("web", "h1"), ServeHost.Server("two", "h2"), ServeHost.Server("chat", "h1", "\"ws_subprotocol\": \"\"")], "--files", "public");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        Directory.Dispose();
    }
}
