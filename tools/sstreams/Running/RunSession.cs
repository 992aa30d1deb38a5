using System.Runtime.InteropServices;
using SecureStreams.Policy;
using SecureStreams.Tool.Following;

namespace SecureStreams.Tool.Running;

/// <summary>One run: policy, context, stream, and the wait for its end or for what ends it from outside.</summary>
internal static class RunSession
{
    /// <summary>How long an orderly end may take; then the process just ends.</summary>
    private static readonly TimeSpan CloseBound = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(RunSettings settings)
    {
        var errors = LineWriter.Error();
        var texts = new PolicyTexts();
        var outcome = new RunOutcome();
        var report = new RunReport(errors, settings.Trace);
        using var limit = new RunLimit(settings.Timeout, outcome, report);
        var loading = PolicySource.LoadOrReportAsync(settings.Policy, errors, tellWarnings: settings.Trace, texts);
        if (!await outcome.IsDoneInTimeAsync(loading))
            return await outcome.Stopped;
        return await loading is { } model
            ? await RunAsync(settings, texts, model, outcome, report, limit, errors)
            : ExitCode.Usage;
    }

    private static async Task<int> RunAsync(RunSettings settings, PolicyTexts texts, PolicyModel model, RunOutcome outcome, RunReport report, RunLimit limit, LineWriter errors)
    {
        FaultyPolicy.Check(model, settings.Faults);

        // What is fetched may say otherwise.
        if (!settings.Follow.Fetch)
            Check(settings, model);
        using var interrupt = OnSignal(PosixSignal.SIGINT, ExitCode.Interrupted, outcome);
        using var terminate = OnSignal(PosixSignal.SIGTERM, ExitCode.Terminated, outcome);
        using var blobs = new SsMemoryBlobStore();
        var storing = Task.Run(() => RunBlobs.StoreAsync(settings.Blobs, blobs));
        if (!await outcome.IsDoneInTimeAsync(storing))
            return await outcome.Stopped;
        await storing;

        var options = new SsContextOptions { Blobs = blobs };
        if (settings.Follow.Changes)
            options = options with { LoggerFactory = new OperatorLogger(report, OperatorLogger.LeastOfFollowing) };
        var context = await FollowedContext.OpenAsync(settings.Follow, settings.Policy, texts, model, onTop: null, FaultyPolicy.Allow(options, settings.Faults), report);
        try
        {
            if (settings.Follow.Fetch)
            {
                if (!await FollowedContext.UntilPolicyIsValidAsync(context, outcome.Stopped))
                    return await outcome.Stopped;
                Check(settings, model, context.Policy);
            }

            return await ConverseAsync(settings, context, outcome, report, limit, errors);
        }
        finally
        {
            await CloseAsync(context);
        }
    }

    /// <summary>Creates the stream and waits for its end, or for what ends it from outside.</summary>
    private static async Task<int> ConverseAsync(RunSettings settings, LocalContext context, RunOutcome outcome, RunReport report, RunLimit limit, LineWriter errors)
    {
        var policy = context.Policy.StreamTypes.GetValueOrDefault(settings.StreamType);
        var plan = RunPlan.Of(settings, policy);
        var opening = Task.Run(() => RequestBody.Open(settings.Data, plan.Lines, plan.EndFlags));
        if (!await outcome.IsDoneInTimeAsync(opening))
            return await outcome.Stopped;
        await using var body = await opening;
        var output = new PayloadOutput(() => PayloadBegins(errors), (error, isPipe) => OutputFailed(error, isPipe, outcome, report));
        var handler = new RunHandler(body, output, report, outcome, plan);
        await using var progress = new ProgressLine(errors, body, handler);
        try
        {
            limit.Watch(context.Create(settings.StreamType, handler, new SsStreamOptions { Metadata = settings.Metadata }));
            progress.Start();
            if (plan.IsMqtt && settings.Data is null && policy?.Find("mqtt_subscribe") is null)
                report.Note($"streamtype '{settings.StreamType}' subscribes to nothing (it has no mqtt_subscribe), and there is no --data to publish: it stays connected until it is interrupted, or until --timeout");
            var exitCode = await WaitAsync(outcome, output, limit);
            if (body.Sent == 0 && body.Length is > 0 && exitCode == ExitCode.Success)
                report.Note($"the data was not sent: streamtype '{settings.StreamType}' sends none (see its http_method)");
            return exitCode;
        }
        finally
        {
            // Before the body, which the stream may still be reading.
            await CloseAsync(context);
        }
    }

    /// <param name="settings">The arguments.</param>
    /// <param name="models">The policy of the file, and the one in force where that may be another.</param>
    private static void Check(RunSettings settings, params PolicyModel[] models)
    {
        if (models[^1].StreamTypes.GetValueOrDefault(settings.StreamType) is { Server: true })
            throw new UnusableInputException($"streamtype '{settings.StreamType}' is a server; sstreams run takes client streamtypes, sstreams serve those of servers");
        RunBlobs.CheckNames(settings.Blobs, models);
    }

    private static async Task<int> WaitAsync(RunOutcome outcome, PayloadOutput output, RunLimit limit)
    {
        if (await Task.WhenAny(outcome.Finished, outcome.Stopped) == outcome.Finished)
        {
            // Whoever reads standard output may be slow, and may still be interrupted, or go away.
            await Task.WhenAny(output.CompleteAsync(), outcome.Stopped);

            // How long the peer takes for its goodbye is no matter of the limit.
            limit.Disarm();
            if (!outcome.Stopped.IsCompleted)
                return await outcome.Finished;
        }

        return await outcome.Stopped;
    }

    private static async Task CloseAsync(LocalContext context)
    {
        try
        {
            await context.DisposeAsync().AsTask().WaitAsync(CloseBound, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // The peer takes too long to say goodbye; the end of the process closes everything.
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, int exitCode, RunOutcome outcome) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            // The first one asks, a second one, of an impatient user, finds the default action.
            context.Cancel = outcome.Stop(exitCode);
        });

    /// <summary>On the terminal where progress is shown it would begin in the middle of that line, which is taken away with a part of it.</summary>
    private static void PayloadBegins(LineWriter errors)
    {
        if (!System.Console.IsOutputRedirected)
            errors.StopStatus();
    }

    private static void OutputFailed(IOException error, bool isPipe, RunOutcome outcome, RunReport report)
    {
        if (isPipe)
            outcome.Stop(ExitCode.BrokenPipe);
        else if (outcome.Stop(ExitCode.Failed))
            report.Problem($"standard output cannot be written: {error.Message}");
    }
}
