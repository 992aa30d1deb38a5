using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
using SecureStreams.Tool.Following;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Serving;

/// <summary>Serves streamtypes until a signal comes: policy, context, listeners, and their end in order.</summary>
internal static class ServeSession
{
    /// <summary>How often a drain says how far it is.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(ServeSettings settings)
    {
        var errors = LineWriter.Error();
        var texts = new PolicyTexts();
        var given = await Interruptible.RunAsync(cancellation => PolicySource.LoadAsync(settings.Policy, texts, cancellation));
        if (given.Model is null)
        {
            PolicyReport.Refusal(errors, given);
            return ExitCode.Usage;
        }

        if (settings.Trace)
            PolicyReport.Findings(errors, given.Diagnostics);
        var policies = settings.StreamTypes.Select(name => Find(given.Model, name)).ToImmutableArray();
        CheckMode(settings, policies);
        var overlay = ServeOverlay.Of(settings.StreamTypes, given.Model);
        var loaded = await Interruptible.RunAsync(cancellation => PolicySource.LoadAsync(settings.Policy, texts, cancellation, overlay));
        if (loaded.Model is null)
        {
            PolicyReport.Refusal(errors, loaded);
            return ExitCode.Usage;
        }

        return await RunAsync(settings, texts, loaded.Model, new ServeReport(errors, settings.Trace));
    }

    private static async Task<int> RunAsync(ServeSettings settings, PolicyTexts texts, PolicyModel model, ServeReport report)
    {
        if (!settings.Follow.Fetch)
            RunBlobs.CheckNames(settings.Blobs, model);
        using var blobs = new SsMemoryBlobStore();
        await RunBlobs.StoreAsync(settings.Blobs, blobs);
        await using var programs = new ProgramPool(settings.Mode == ServeMode.Exec ? ProgramLine.Of(settings.Command!) : new ProgramLine("", []), settings.MostPrograms);
        var root = settings.Mode == ServeMode.Files ? FileRoot.Open(settings.Folder!) : null;

        // Before anything listens: who sees an end point may end this program.
        using var stop = new ServeStop();
        var options = new SsContextOptions { Blobs = blobs, LoggerFactory = new OperatorLogger(report, category => LeastOf(category, settings.Follow, report)) }.UseServer();
        await using var context = await FollowedContext.OpenAsync(settings.Follow, settings.Policy, texts, model, sum => ServeOverlay.Of(settings.StreamTypes, sum), options, report);
        if (settings.Follow.Fetch)
        {
            if (!await FollowedContext.UntilPolicyIsValidAsync(context, stop.Asked))
                return ExitCode.Success;
            RunBlobs.CheckNames(settings.Blobs, model, context.Policy);
            CheckMode(settings, settings.StreamTypes.Select(name => Find(context.Policy, name)).ToImmutableArray());
        }

        var bound = new List<(StreamTypePolicy Policy, SsListener Listener)>();
        foreach (var policy in settings.StreamTypes.Select(name => Find(context.Policy, name)))
        {
            try
            {
                var make = Handlers(settings.Mode, policy, root, programs, report);
                bound.Add((policy, context.CreateListener(policy.Name, _ => make())));
            }
            catch (IOException error)
            {
                report.Problem(error.Message);
                return ExitCode.Failed;
            }
        }

        await CommandOutput.WriteAsync(null, settings.Json ? BoundEndPoints.Json(bound) : BoundEndPoints.Text(bound), CancellationToken.None);
        await stop.Asked;
        return await DrainAsync(bound.ConvertAll(static one => one.Listener), stop, report);
    }

    private static void CheckMode(ServeSettings settings, ImmutableArray<StreamTypePolicy> policies)
    {
        if (settings.Mode == ServeMode.Files && policies.FirstOrDefault(static policy => !ServeOverlay.TakesRequests(policy)) is { } other)
            throw new UnusableInputException($"--files: streamtype '{other.Name}' is a server of {BoundEndPoints.ProtocolOf(other)}; files are served over h1 and h2");
    }

    // How a listener fares concerns everybody; how the one stream or the other ends, who traces. Who changes a policy under it wants to know what became of that.
    private static LogLevel LeastOf(string category, FollowSettings follow, ServeReport report) =>
        follow.Fetch && category == "SecureStreams.RemotePolicy" ? LogLevel.Information
        : report.IsTracing || follow.Changes || category == "SecureStreams.Server" ? LogLevel.Warning
        : LogLevel.Error;

    private static async Task<int> DrainAsync(List<SsListener> listeners, ServeStop stop, ServeReport report)
    {
        var draining = Task.WhenAll(listeners.ConvertAll(listener => listener.DrainAsync(stop.AtOnce).AsTask()));
        var told = -1;
        while (!draining.IsCompleted)
        {
            var open = listeners.Sum(static listener => listener.Streams.Count);
            if (open != told && open > 0)
                report.Note($"ends when {Wording.Count(open, "stream")} {(open == 1 ? "has" : "have")} ended; another signal ends {(open == 1 ? "it" : "them")} at once");
            told = open;
            await Task.WhenAny(draining, Task.Delay(ProgressInterval, TimeProvider.System));
        }

        var ended = (await draining).Sum();
        if (ended > 0)
            report.Note($"{Wording.Count(ended, "stream")} {(ended == 1 ? "was" : "were")} ended");
        return stop.ExitCode;
    }

    private static StreamTypePolicy Find(PolicyModel model, string name)
    {
        var policy = model.StreamTypes.GetValueOrDefault(name) ?? throw UnknownStreamType.Of(model, name, servers: true);
        if (policy.LocalSink)
            throw new UnusableInputException($"streamtype '{name}' is a local sink, which parts of one program share; sstreams serve takes streamtypes that listen");
        return policy.Server ? policy : throw new UnusableInputException($"streamtype '{name}' is a client; sstreams serve takes server streamtypes (\"server\": true)");
    }

    private static Func<SecureStreamHandler> Handlers(ServeMode mode, StreamTypePolicy policy, FileRoot? root, ProgramPool programs, ServeReport report)
    {
        var takesUpgrades = ServeOverlay.TakesUpgrades(policy);
        switch (mode)
        {
            case ServeMode.Files:
                return () => new FileRequest(root!, takesUpgrades, report);
            case ServeMode.Exec:
                var variables = new ProgramVariables(policy);
                return () => new ProgramStream(programs, variables, takesUpgrades, report);
            default:
                return () => new EchoStream(takesUpgrades, report);
        }
    }
}
