namespace SecureStreams.Interop.Tests.Tls;

/// <summary>How a scripted server ends.</summary>
internal enum RawEnding
{
    Close,
    Reset,
    Silence,
}
