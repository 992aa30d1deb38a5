using SecureStreams.Policy;

namespace SecureStreams.Tool.Following;

/// <summary>Contexts of commands that go on, whose policy may change under them.</summary>
internal static class FollowedContext
{
    private const string FetchStream = "fetch_policy";

    /// <summary>Makes one.</summary>
    /// <param name="follow">What may change its policy.</param>
    /// <param name="selection">Which texts the policy is made of.</param>
    /// <param name="texts">Those texts, read already.</param>
    /// <param name="model">What they add up to, <paramref name="onTop"/> included.</param>
    /// <param name="onTop">What the command itself lays over every policy, made of that policy; null for nothing.</param>
    /// <param name="options">All else.</param>
    /// <param name="report">Told of what was put in force from files.</param>
    /// <exception cref="UnusableInputException">The policy says nothing of where it is fetched, or the admin socket or the folder of state cannot be had.</exception>
    /// <exception cref="SsPolicyException">The files have changed since, and cannot be used any more.</exception>
    public static async Task<LocalContext> OpenAsync(
        FollowSettings follow, PolicySelection selection, PolicyTexts texts, PolicyModel model, Func<PolicyModel, PolicyDocument?>? onTop, SsContextOptions options, IOperatorReport report)
    {
        if (follow.Fetch && model.StreamTypes.GetValueOrDefault(FetchStream) is not { Server: false, LocalSink: false, Protocol: WireProtocol.H1 or WireProtocol.H2 })
            throw new UnusableInputException($"--fetch-policy: the policy has no client streamtype '{FetchStream}' of protocol h1 or h2, which says where it is fetched");
        if (follow.State is { } state)
            PrepareState(state);
        options = options with
        {
            AdminSocket = follow.Admin,
            LastOverlay = onTop,
            WatchPolicyFiles = follow.Watch ? new SsPolicyWatchOptions { Updated = update => Tell(update, report) } : null,
            RemotePolicy = follow.Fetch ? new SsRemotePolicyOptions { Folder = follow.State is { } folder ? Path.Combine(folder, "policy") : null } : null,
        };

        // What is laid over the file lies over what is fetched too.
        if (follow.Fetch)
            options = options with { Overlays = await ReadAsync(selection, selection.Overlays, texts) };
        try
        {
            if (follow.Watch)
                return SsContext.FromFiles([selection.Base, .. selection.Overlays], options);

            // Of what was read and judged: a pipe has its text only once, and a file could change between.
            return follow.Fetch ? SsContext.FromDocuments(await ReadAsync(selection, [selection.Base], texts), options) : new LocalContext(model, options);
        }
        catch (IOException error)
        {
            throw new UnusableInputException(PlainText.OneLine(error.Message));
        }
    }

    /// <summary>Waits until the policy in force is the one to begin with: the newest there is, or, when that cannot be had in time, the one from the folder or the file.</summary>
    /// <param name="context">The context.</param>
    /// <param name="stopped">Ends the waiting.</param>
    /// <returns>False when it was stopped.</returns>
    public static async Task<bool> UntilPolicyIsValidAsync(LocalContext context, Task stopped)
    {
        using var stop = new CancellationTokenSource();
        var waiting = WaitAsync();
        var first = await Task.WhenAny(waiting, stopped);
        await stop.CancelAsync();
        await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return first == waiting;

        async Task WaitAsync()
        {
            await foreach (var state in context.WatchSystemStatesAsync(stop.Token))
            {
                if (state >= SsSystemState.PolicyValid)
                    return;
            }
        }
    }

    private static async Task<List<PolicyDocument>> ReadAsync(PolicySelection selection, IEnumerable<string> files, PolicyTexts texts)
    {
        var documents = new List<PolicyDocument>();
        foreach (var file in files)
            documents.Add(await texts.ReadAsync(file, selection.Options.MaximumBytes, CancellationToken.None));
        return documents;
    }

    /// <summary>Not only the folder inside it is looked at: whoever may write here can put another in its place.</summary>
    private static void PrepareState(string folder)
    {
        try
        {
            // What holds of a folder of blobs holds of this one, and is looked at when there is one.
            _ = new SsFileBlobStore(folder);
        }
        catch (SsBlobException error)
        {
            throw new UnusableInputException($"--state: {PlainText.OneLine(error.Message.Replace("folder of blobs", "folder of state", StringComparison.Ordinal))}");
        }
    }

    // What is refused is a warning of the log already.
    private static void Tell(SsPolicyUpdate update, IOperatorReport report)
    {
        if (update.Applied)
            report.Note(update.ToString());
    }
}
