using System.Globalization;
using Mqtt;
using SecureStreams;
using SecureStreams.Policy;

// Needs a broker, which this program has none of: it says so when there is none. Exit status 0 when the hello came back.
if (args is not ([] or ["--port", _]) || (args.Length == 2 && !ushort.TryParse(args[1], CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("Usage: dotnet run --project examples/Mqtt -- [--port N], with a broker at that port of this machine, 1883 unless given");
    return 2;
}

PolicyDocument[] overlays = args.Length == 0 ? [] : [PolicyDocument.FromJson($$"""{ "s": [{ "hello": { "port": {{args[1]}} } }] }""", "--port")];
await using var context = SsContext.FromFile(Path.Combine(AppContext.BaseDirectory, "policy.json"), new() { Product = "mqtt-example", Overlays = overlays });
var handler = new HelloHandler();
await using var stream = context.Create("hello", handler, new() { Metadata = { ["name"] = "world" } });
stream.Connect();
if (await handler.CameBack)
    return 0;

Console.Error.WriteLine("The hello did not come back. This example needs an MQTT broker; one for trying is started by: mosquitto -p 1883");
if (context.Diagnostics.Find(handler.LastCause.DetailId) is { } detail)
    Console.Error.WriteLine($"operator's view: {detail}");
return 1;
