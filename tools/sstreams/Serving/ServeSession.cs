using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
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
        if (settings.Mode == ServeMode.Files && policies.FirstOrDefault(static policy => !ServeOverlay.TakesRequests(policy)) is { } other)
            throw new UnusableInputException($"--files: streamtype '{other.Name}' is a server of {BoundEndPoints.ProtocolOf(other)}; files are served over h1 and h2");

        var overlay = ServeOverlay.Of(policies);
        var loaded = await Interruptible.RunAsync(cancellation => PolicySource.LoadAsync(settings.Policy, texts, cancellation, overlay));
        if (loaded.Model is null)
        {
            PolicyReport.Refusal(errors, loaded);
            return ExitCode.Usage;
        }

        return await RunAsync(settings, loaded.Model, overlay, new ServeReport(errors, settings.Trace));
    }

    private static async Task<int> RunAsync(ServeSettings settings, PolicyModel model, PolicyDocument overlay, ServeReport report)
    {
        RunBlobs.CheckNames(settings.Blobs, model);
        using var blobs = new SsMemoryBlobStore();
        await RunBlobs.StoreAsync(settings.Blobs, blobs);
        await using var programs = new ProgramPool(settings.Mode == ServeMode.Exec ? ProgramLine.Of(settings.Command!) : new ProgramLine("", []), settings.MostPrograms);
        var root = settings.Mode == ServeMode.Files ? FileRoot.Open(settings.Folder!) : null;
        var handlers = settings.StreamTypes.Select(name => model.StreamTypes[name]).Select(policy => (Policy: policy, Make: Handlers(settings.Mode, policy, root, programs, report))).ToList();

        // Before anything listens: who sees an end point may end this program.
        using var stop = new ServeStop();
        await using var context = Open(settings, model, overlay, blobs, report);
        var bound = new List<(StreamTypePolicy Policy, SsListener Listener)>();
        foreach (var (policy, make) in handlers)
        {
            try
            {
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

    private static LocalContext Open(ServeSettings settings, PolicyModel model, PolicyDocument overlay, ISsBlobStore blobs, ServeReport report)
    {
        var changes = settings.Watch || settings.Admin is not null;
        var options = new SsContextOptions
        {
            Blobs = blobs,
            AdminSocket = settings.Admin,
            Overlays = changes ? [overlay] : [],

            // Who changes a policy under it wants to know what became of that.
            LoggerFactory = new ServeLogger(report, changes ? LogLevel.Warning : LogLevel.Error),
            WatchPolicyFiles = settings.Watch ? new SsPolicyWatchOptions { Updated = update => Tell(update, report) } : null,
        }.UseServer();
        try
        {
            return settings.Watch ? SsContext.FromFiles([settings.Policy.Base, .. settings.Policy.Overlays], options) : new LocalContext(model, options);
        }
        catch (IOException error)
        {
            throw new UnusableInputException(PlainText.OneLine(error.Message));
        }
    }

    // What is refused is a warning of the log already.
    private static void Tell(SsPolicyUpdate update, ServeReport report)
    {
        if (update.Applied)
            report.Note(update.ToString());
    }

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
        if (!model.StreamTypes.TryGetValue(name, out var policy))
        {
            throw new UnusableInputException(Suggestion.Nearest(name, model.StreamTypes.Keys) is { } near
                ? $"the policy has no streamtype '{name}'; did you mean '{near}'?"
                : $"the policy has no streamtype '{name}'");
        }

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
