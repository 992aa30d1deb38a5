namespace SecureStreams.Interop.Tests.Mqtt;

/// <summary>A directory that goes with its test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ss-mqtt-");

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
