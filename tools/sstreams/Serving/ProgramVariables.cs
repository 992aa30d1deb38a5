using System.Globalization;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Serving;

/// <summary>
/// What a program is told of its stream: a variable of its environment for each metadata name. All begin with <c>SS_</c>, so that no client chooses a <c>PATH</c> or a <c>LD_PRELOAD</c>.
/// </summary>
internal sealed class ProgramVariables
{
    private const string Prefix = "SS_";
    private const string StreamType = "SS_STREAMTYPE";
    private const string StreamId = "SS_STREAM_ID";

    private readonly List<(string Variable, string Metadata)> _names = [];

    /// <param name="policy">The streamtype.</param>
    /// <exception cref="UnusableInputException">Two names would be one variable.</exception>
    public ProgramVariables(StreamTypePolicy policy)
    {
        foreach (var row in policy.Metadata)
        {
            var variable = NameOf(row.Name);
            if (variable is StreamType or StreamId)
                throw new UnusableInputException($"--exec: metadata '{row.Name}' of streamtype '{policy.Name}' would be the variable {variable}, which is taken; name it otherwise");
            if (_names.Find(one => one.Variable == variable) is { Metadata: { } other })
                throw new UnusableInputException($"--exec: metadata '{other}' and '{row.Name}' of streamtype '{policy.Name}' would both be the variable {variable}; name one of them otherwise");
            _names.Add((variable, row.Name));
        }
    }

    /// <summary>Sets them. Without a value there is no variable, and none that comes from elsewhere is left.</summary>
    public void Set(IDictionary<string, string?> environment, SecureStream stream)
    {
        foreach (var name in environment.Keys.Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
            environment.Remove(name);
        environment[StreamType] = stream.StreamType;
        environment[StreamId] = stream.Id.ToString(CultureInfo.InvariantCulture);
        foreach (var (variable, metadata) in _names)
        {
            // An environment cannot carry a NUL: half a value would be another one.
            if (stream.GetMetadata(metadata) is { } value && !value.Contains('\0', StringComparison.Ordinal))
                environment[variable] = value;
        }
    }

    private static string NameOf(string metadata) =>
        Prefix + string.Concat(metadata.Select(static one => char.IsAsciiLetterOrDigit(one) ? char.ToUpperInvariant(one) : '_'));
}
