using System.Text;

namespace SecureStreams.Testing;

/// <remarks>What must have come by now.</remarks>
public sealed partial class SsStateRecorder
{
    /// <summary>Fails unless the states and notices so far are exactly these.</summary>
    /// <param name="states">Their names, separated by commas: <c>Creating, Connecting, Connected</c>. User states are <c>User+n</c>.</param>
    /// <exception cref="SsAssertionException">They are others.</exception>
    /// <exception cref="ArgumentException">A name is no state.</exception>
    public void AssertStates(string states)
    {
        var (expected, found) = (Parse(states), StateNames());
        if (!expected.SequenceEqual(found, StringComparer.Ordinal))
            throw Fail($"Expected the states {string.Join(", ", expected)}, and they are {Listed(found)}.");
    }

    /// <summary>Fails unless these states and notices came one after the other; others may have come before, after and between.</summary>
    /// <param name="states">Their names, as in <see cref="AssertStates"/>.</param>
    /// <exception cref="SsAssertionException">They did not come in this order.</exception>
    /// <exception cref="ArgumentException">A name is no state.</exception>
    public void AssertInOrder(string states)
    {
        var (expected, found) = (Parse(states), StateNames());
        var at = 0;
        foreach (var name in found)
        {
            if (at < expected.Length && string.Equals(expected[at], name, StringComparison.Ordinal))
                at++;
        }

        if (at < expected.Length)
        {
            throw Fail(
                $"Expected {string.Join(", ", expected)} in this order: {expected[at]} did not come{(at == 0 ? "" : $" after {string.Join(", ", expected[..at])}")}; the states are {Listed(found)}.");
        }
    }

    /// <summary>Fails when a state or notice has come.</summary>
    /// <param name="state">Which.</param>
    /// <exception cref="SsAssertionException">It has.</exception>
    public void AssertNever(SsState state)
    {
        if (Count(this, state) is > 0 and var times)
            throw Fail($"Expected that {SsRecordedEvent.NameOf(state)} never comes, and it came {(times == 1 ? "once" : $"{times} times")}.");
    }

    /// <summary>Fails unless the last <paramref name="state"/> came for this reason.</summary>
    /// <param name="state">The state or notice.</param>
    /// <param name="phase">The phase of its cause.</param>
    /// <param name="code">The code of its cause.</param>
    /// <returns>The cause, for what else is to be looked at: attempt, next action and delay.</returns>
    /// <exception cref="SsAssertionException">It did not come, or for another reason.</exception>
    public SsCause AssertCause(SsState state, SsPhase phase, SsCauseCode code)
    {
        var name = SsRecordedEvent.NameOf(state);
        if (Events.LastOrDefault(one => one.Change?.State == state) is not { Change: { } change })
            throw Fail($"Expected {name} because of {phase}/{code}, and {name} did not come.");
        if (change.Cause.Phase != phase || change.Cause.Code != code)
            throw Fail($"Expected {name} because of {phase}/{code}, and it came because of {(change.Cause.IsNone ? "nothing" : $"{change.Cause.Phase}/{change.Cause.Code}")}.");
        return change.Cause;
    }

    /// <summary>Fails unless the whole messages received so far are exactly these.</summary>
    /// <param name="messages">Their texts, as UTF-8.</param>
    /// <exception cref="SsAssertionException">They are others.</exception>
    public void AssertMessages(params IReadOnlyList<string> messages)
    {
        var found = Messages.Select(static one => Encoding.UTF8.GetString(one.Span)).ToList();
        if (!messages.SequenceEqual(found, StringComparer.Ordinal))
            throw Fail($"Expected the messages {Quoted(messages)}, and they are {Quoted(found)}.");
    }

    private static string Listed(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);

    private static string Quoted(IReadOnlyList<string> messages) => messages.Count == 0 ? "none" : string.Join(", ", messages.Select(static one => $"\"{one}\""));

    private static string[] Parse(string states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var names = states.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (!name.StartsWith("User+", StringComparison.Ordinal) && !Enum.GetNames<SsState>().Contains(name, StringComparer.Ordinal))
                throw new ArgumentException($"'{name}' is no state; states are named as in SsState, separated by commas.", nameof(states));
        }

        return names;
    }

    private string[] StateNames() => [.. States.Select(SsRecordedEvent.NameOf)];
}
