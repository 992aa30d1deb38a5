using Overlays;
using SecureStreams;
using SecureStreams.Policy;

const string Help = """
    Usage: dotnet run --project examples/Overlays -- [--force-portal | --force-no-internet] [--help]

    Asks by the streamtype captive_portal_detect whether the network leads to the Internet, and prints what it finds. The servers are the program's own, on loopback.

      --force-portal       applies an overlay that leads the streamtype to a portal, which redirects
      --force-no-internet  applies an overlay that leads it to a port where nobody listens
      --help               this text

    Exit status: 0 the Internet, 3 a captive portal, 4 no Internet, 1 it cannot be told, 2 wrong arguments.
    """;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(Help);
    return 0;
}

if (args is not ([] or ["--force-portal" or "--force-no-internet"]))
{
    Console.Error.WriteLine($"Give one of --force-portal and --force-no-internet, or nothing.{Environment.NewLine}{Environment.NewLine}{Help}");
    return 2;
}

await using var neighbourhood = Neighbourhood.Start();
await using var context = SsContext.FromFile(
    Path.Combine(AppContext.BaseDirectory, "policy.json"),
    new() { Product = "overlays", Overlays = [PolicyDocument.FromJson(PortOverlay(neighbourhood.ServerPort), "this machine")] });

// The program below does not know about it: it asks by the same streamtype, and the policy in force leads it elsewhere.
if (args is [var force])
{
    var update = context.ApplyOverlay(PortOverlay(force == "--force-portal" ? neighbourhood.PortalPort : neighbourhood.DeadPort), force);
    Console.WriteLine($"{update}{Environment.NewLine}{update.Difference.ToText()}");
}

// Within the streamtype's timeout_ms, whatever the peer does. A context looks by itself, too, if its options say so.
var report = await context.CaptivePortal.DetectAsync();
Console.WriteLine(report);
Console.WriteLine($"{Environment.NewLine}found: {report.Internet switch
{
    SsInternet.Internet => "the Internet",
    SsInternet.CaptivePortal => "a captive portal",
    SsInternet.NoInternet => "nothing: no Internet",
    _ => "nothing that could be understood",
}}");

// The report has a cause without endpoints; an operator looks up the rest.
if (context.Diagnostics.Find(report.Cause.DetailId) is { } detail)
    Console.WriteLine($"operator's view: {detail}");
return report.Internet switch
{
    SsInternet.Internet => 0,
    SsInternet.CaptivePortal => 3,
    SsInternet.NoInternet => 4,
    _ => 1,
};

static string PortOverlay(int port) => $$"""{ "s": [{ "captive_portal_detect": { "port": {{port}} } }] }""";
