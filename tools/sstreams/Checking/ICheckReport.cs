namespace SecureStreams.Tool.Checking;

/// <summary>Takes the results of one check after the other.</summary>
internal interface ICheckReport
{
    /// <summary>A policy was read and judged.</summary>
    void Loaded(LoadedPolicy loaded);

    /// <summary>A policy could not be read; <paramref name="problem"/> names the file.</summary>
    void Unusable(PolicySelection selection, string problem);

    /// <summary>What is to be written now that all are checked; empty when everything has been told.</summary>
    ReadOnlyMemory<byte> Complete();
}
