using System.Globalization;

namespace SecureStreams.Simulation.Edits;

/// <summary>What was edited, and what came of it.</summary>
internal sealed class EditTotals
{
    private readonly long[] _edits = new long[Enum.GetValues<EditKind>().Length];
    private readonly long[] _actions = new long[Enum.GetValues<SsPolicyAction>().Length];

    /// <summary>Edits that somebody made; without those that trials took back by themselves.</summary>
    public long Edits => _edits.Sum() - _edits[(int)EditKind.TrialFailed];

    /// <summary>Connections that ended for others that had been made beside them.</summary>
    public long Replaced { get; set; }

    /// <summary>Connections that ended before others were made.</summary>
    public long Reconnected { get; set; }

    /// <summary>Connections that ended with their streamtype.</summary>
    public long Removed { get; set; }

    public long Of(EditKind kind) => _edits[(int)kind];

    public long Planned(SsPolicyAction action) => _actions[(int)action];

    public void Count(SimEdit edit)
    {
        _edits[(int)edit.Kind]++;
        foreach (var effect in edit.Effects)
            _actions[(int)effect.Action]++;
    }

    public void Add(EditTotals other)
    {
        for (var i = 0; i < _edits.Length; i++)
            _edits[i] += other._edits[i];
        for (var i = 0; i < _actions.Length; i++)
            _actions[i] += other._actions[i];
        Replaced += other.Replaced;
        Reconnected += other.Reconnected;
        Removed += other.Removed;
    }

    public void Write(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Edits:N0} edits of the policy: {Text(Enum.GetValues<EditKind>().Where(static kind => kind != EditKind.TrialFailed), Of)}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trials that failed and were taken back by themselves: {Of(EditKind.TrialFailed):N0}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"planned for streams: {Text(Enum.GetValues<SsPolicyAction>().Where(action => Planned(action) > 0), Planned)}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"disconnects by plan: {Replaced + Reconnected + Removed:N0} ({Replaced:N0} replaced, {Reconnected:N0} reconnected, {Removed:N0} with their streamtype)"));
    }

    private static string Text<T>(IEnumerable<T> keys, Func<T, long> count) => string.Join(", ", keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key} {count(key):N0}")));
}
