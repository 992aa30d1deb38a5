using System.Text;

namespace SecureStreams.Tool.Checking;

/// <summary>Lines for people and editors: at once, or for a file all in the end.</summary>
internal sealed class TextCheckReport : ICheckReport
{
    private readonly StringWriter? _collected;
    private readonly LineWriter _writer;
    private readonly bool _verbose;

    public TextCheckReport(bool collect, bool verbose)
    {
        _collected = collect ? new StringWriter() : null;
        _writer = _collected is null ? LineWriter.Output() : LineWriter.To(_collected);
        _verbose = verbose;
    }

    public void Loaded(LoadedPolicy loaded)
    {
        PolicyReport.Findings(_writer, loaded.Diagnostics);
        if (_verbose && loaded.Model is { } model)
            PolicyReport.NotActedOn(_writer, model);
        PolicyReport.Summary(_writer, loaded);
    }

    // Nothing: it stands on standard error.
    public void Unusable(PolicySelection selection, string problem)
    {
    }

    public ReadOnlyMemory<byte> Complete() => _collected is null ? default : Encoding.UTF8.GetBytes(_collected.ToString());
}
