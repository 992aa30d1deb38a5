using System.Collections.Immutable;
using SecureStreams.Policy;
using SecureStreams.Simulation.Engine;

namespace SecureStreams.Simulation.Edits;

/// <summary>Chooses what is edited next, and writes the documents that say so.</summary>
internal sealed class EditChoice(PolicyDraft first, SimRandom random)
{
    /// <summary>So many overlays lie over the policy at most.</summary>
    public const int MostOverlays = 4;

    // So many streamtypes are away at most: somebody has to be left to see.
    private const int MostAway = 3;

    private readonly ImmutableArray<string> _servers = [.. first.Streams.Select(static one => one.Endpoint).Distinct().Order(StringComparer.Ordinal)];
    private readonly ImmutableArray<WireProtocol> _protocols = [.. first.Streams.Select(static one => one.Protocol)];
    private PolicyDraft _draft = first;

    // What a trial that is taken back goes back to; once there was one, the draft may be another policy than the one in force.
    private bool _isAstray;

    /// <summary>What the next edit is for.</summary>
    /// <param name="overlays">How many overlays are applied.</param>
    public EditKind Kind(int overlays)
    {
        var kind = random.Below(100) switch
        {
            < 14 => EditKind.Document,
            < 26 => EditKind.Live,
            < 34 => EditKind.NextAttempt,
            < 42 => EditKind.Reconnect,
            < 50 => EditKind.Move,
            < 54 => EditKind.Protocol,
            < 58 => EditKind.Recreate,
            < 68 => random.OneIn(2) ? EditKind.Removal : EditKind.Return,
            < 76 => EditKind.Overlay,
            < 82 => EditKind.OverlayRemoval,
            < 88 => EditKind.Respelled,
            < 94 => EditKind.Invalid,
            _ => EditKind.Trial,
        };
        var away = _draft.Streams.Count(static one => !one.IsThere);
        return kind switch
        {
            EditKind.OverlayRemoval when overlays == 0 => EditKind.Overlay,
            EditKind.Removal when away == MostAway => EditKind.Return,
            EditKind.Return when away == 0 => EditKind.Removal,

            // What is known to be a small difference, or none, is one to a policy that is known.
            EditKind.Respelled or EditKind.Live or EditKind.NextAttempt when _isAstray => EditKind.Document,
            _ => kind,
        };
    }

    /// <summary>A trial was taken back, and with it every edit of the base since it began.</summary>
    public void IsTakenBack() => _isAstray = true;

    /// <summary>The document of an edit; the draft is what it says from now on.</summary>
    public string Document(EditKind kind)
    {
        if (kind == EditKind.Invalid)
            return Invalid();
        _draft = Change(kind);
        _isAstray = false;
        return _draft.Write(random);
    }

    /// <summary>An overlay: bounds on silence, and streamtypes that are somewhere else or live otherwise. It says all that makes a streamtype, so that it may stand without a base.</summary>
    public string Overlay()
    {
        var retry = random.Below(_draft.Retries.Length);
        var other = _draft.With(retry, one => one.WithOtherBounds(random));
        var streams = Enumerable.Range(0, random.Below(3)).Select(_ => random.Below(_draft.Streams.Length)).Distinct().ToList();
        foreach (var at in streams)
            other = random.OneIn(2) ? other.With(at, Moved) : other.With(at, one => one.WithOtherLive(random));
        return other.WriteOverlay(streams, retry, random);
    }

    /// <summary>Everything is there, and every streamtype asks for another connection.</summary>
    public string Last()
    {
        _draft = _draft with { Streams = [.. _draft.Streams.Select(static one => one with { IsThere = true, HighThroughput = true })] };
        return _draft.Write(random);
    }

    private PolicyDraft Change(EditKind kind) => kind switch
    {
        EditKind.Live when random.OneIn(2) => _draft.With(random.Below(_draft.Retries.Length), one => one.WithOtherBounds(random)),
        EditKind.Live => _draft.With(Any(), one => one.WithOtherLive(random)),
        EditKind.NextAttempt when random.OneIn(2) => _draft.With(random.Below(_draft.Retries.Length), one => one.WithOtherDelays(random)),
        EditKind.NextAttempt => _draft.With(Any(), one => one.WithOtherTimeout(random)),
        EditKind.Reconnect => _draft.With(Any(), static one => one with { LowLatency = !one.LowLatency }),
        EditKind.Move => _draft.With(Any(), Moved),
        EditKind.Protocol => Reworded(Any(static one => !one.IsTransactional)),
        EditKind.Recreate => _draft.With(Any(), static one => one with { HasMetadata = !one.HasMetadata }),
        EditKind.Removal => _draft.With(Any(), static one => one with { IsThere = false }),
        EditKind.Return => _draft.With(Any(static one => !one.IsThere), static one => one with { IsThere = true }),
        EditKind.Respelled => _draft,
        _ => Many(),
    };

    private PolicyDraft Reworded(int at) => _draft.With(at, one => one.WithOtherProtocol(_protocols[at]));

    private StreamDraft Moved(StreamDraft stream)
    {
        var others = _servers.Remove(stream.Endpoint);
        return stream with { Endpoint = others[random.Below(others.Length)] };
    }

    /// <summary>Half a dozen changes at once.</summary>
    private PolicyDraft Many()
    {
        ReadOnlySpan<EditKind> kinds = [EditKind.Live, EditKind.NextAttempt, EditKind.Reconnect, EditKind.Move, EditKind.Protocol, EditKind.Recreate];
        var before = _draft;
        for (var left = 2 + random.Below(6); left > 0; left--)
            _draft = Change(kinds[random.Below(kinds.Length)]);
        var many = _draft;
        _draft = before;
        return many;
    }

    /// <summary>One that is there.</summary>
    private int Any() => Any(static one => one.IsThere);

    private int Any(Func<StreamDraft, bool> which)
    {
        int at;
        do
            at = random.Below(_draft.Streams.Length);
        while (!which(_draft.Streams[at]));
        return at;
    }

    /// <summary>What no overlay makes good: it is cut off, or has something of its own that is wrong.</summary>
    private string Invalid()
    {
        var text = _draft.Write(random);
        var (stream, retry) = (_draft.Streams[0] with { Name = "wrong", IsThere = true }, _draft.Retries[0] with { Name = "wrong" });
        return random.Below(7) switch
        {
            0 or 1 => text[..random.Below(text.Length)],
            2 => text + "}",
            3 => (_draft with { Streams = _draft.Streams.Add(stream with { Retry = "nowhere" }) }).Write(random),
            4 => (_draft with { Streams = _draft.Streams.Add(stream with { ConnectTimeout = -1 }) }).Write(random),
            5 => (_draft with { Retries = _draft.Retries.Add(retry with { JitterPercent = 101 }) }).Write(random),
            _ => (_draft with { Retries = _draft.Retries.Add(retry with { Backoff = [100, -1] }) }).Write(random),
        };
    }
}
