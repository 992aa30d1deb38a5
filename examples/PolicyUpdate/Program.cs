using System.Threading.Channels;
using PolicyUpdate;
using SecureStreams;

// An operator changes the file of a policy under traffic: looks at what a change would do, makes it, makes a mistake, and tries one that does not work. Exit status 0 when all that is told below
// happened and every message was answered once.
var start = TimeProvider.System.GetTimestamp();
await using var servers = Servers.Start();
var template = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "policy.json"));
var folder = Directory.CreateTempSubdirectory("policy-update-").FullName;
var file = Path.Combine(folder, "policy.json");
var failed = false;
try
{
    await File.WriteAllTextAsync(file, Policy("feed_one", "reading_one"));
    var updates = Channel.CreateUnbounded<SsPolicyUpdate>();
    await using var context = SsContext.FromFile(file, new SsContextOptions
    {
        Product = "policyupdate",
        WatchPolicyFiles = new SsPolicyWatchOptions { Updated = update => updates.Writer.TryWrite(update) },
    });
    await using var traffic = new Traffic(context);
    await traffic.MoreAsync(20);
    Tell("traffic runs: messages over ws, requests over h2");

    var next = Policy("feed_two", "reading_two");
    var plan = context.Plan(next);
    Tell($"{plan}");
    foreach (var effect in plan.Effects)
        Tell($"  would be: {effect}");

    await WriteAsync(next);
    var update = await updates.Reader.ReadAsync();
    await SeenAsync("feed_two", "reading_two");
    Expect(update.Applied, $"the file was changed: {update}; both servers have traffic");

    await WriteAsync(next.Replace("\"ws\"", "\"websocket\"", StringComparison.Ordinal));
    update = await updates.Reader.ReadAsync();
    await traffic.MoreAsync(20);
    Expect(!update.Applied && context.PolicyRevision == 1, $"a mistake is refused, revision {update.Revision} stays and traffic goes on:");
    foreach (var line in update.Diagnostics)
        Tell($"  {line.Replace(folder, "", StringComparison.Ordinal)}");

    await WriteAsync(Policy("nobody", "reading_two").Replace("\"schema-version\": 1,", "\"schema-version\": 1, \"trial_seconds\": 2,", StringComparison.Ordinal));
    update = await updates.Reader.ReadAsync();
    Expect(update is { Applied: true, Trial: not null }, $"a port where nobody listens, on trial for 2 s: {update}");
    await traffic.MoreAsync(20);
    Tell($"  meanwhile traffic goes on: {traffic.Now}");
    var result = update.Trial is { } trial ? await trial.Completion : null;
    Expect(result?.State == SsPolicyTrialState.Reverted, $"taken back by itself: {result?.Reason}");
    await traffic.MoreAsync(20);

    await traffic.StopAsync();
    var once = servers.Seen.Values.All(static count => count == 1);
    var feed = servers.Seen.Keys.Count(static key => key.StartsWith("feed", StringComparison.Ordinal));
    var readings = servers.Seen.Keys.Count(static key => key.StartsWith("reading", StringComparison.Ordinal));
    Expect(
        once && feed == traffic.Sent && traffic.Answered == traffic.Sent && readings == traffic.Asked && traffic.Told == traffic.Asked,
        $"{traffic.Sent} messages and {traffic.Asked} requests, {traffic.Answered} and {traffic.Told} answered, none lost and none twice");

    async Task SeenAsync(params string[] names)
    {
        while (!Array.TrueForAll(names, name => servers.Seen.Keys.Any(key => key.StartsWith(name, StringComparison.Ordinal))))
            await traffic.MoreAsync(1);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

return failed ? 1 : 0;

string Policy(string feed, string reading) => template
    .Replace("\"PORT_FEED\"", $"{servers.Ports[feed]}", StringComparison.Ordinal)
    .Replace("\"PORT_READING\"", $"{servers.Ports[reading]}", StringComparison.Ordinal);

// As editors do: whole, and then in the place of the old one.
async Task WriteAsync(string text)
{
    await File.WriteAllTextAsync(file + "~", text);
    File.Move(file + "~", file, overwrite: true);
}

void Tell(string text) => Console.WriteLine($"[{TimeProvider.System.GetElapsedTime(start).TotalSeconds,6:0.00}] {text}");

void Expect(bool isSo, string text)
{
    failed |= !isSo;
    Tell(isSo ? text : $"NOT SO: {text}");
}
